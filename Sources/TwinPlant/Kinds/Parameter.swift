public import TwinCore

/// A row of a table of parameters: what a configuration says of a subject, how it is checked, and where it goes. The
/// file's reader, its messages and the documentation are all made from it.
public struct Parameter<Subject>: Sendable {
    public typealias Place<Value> = any WritableKeyPath<Subject, Value> & Sendable

    public enum Content: Sendable {
        case quantity(ClosedRange<Double>, Place<Double>)
        case count(ClosedRange<Int>, Place<Int>)
        /// Whole seconds.
        case seconds(ClosedRange<Int>, Place<Span>)
        /// True or false; it has no source.
        case flag(Place<Bool>)
        /// So many numbers under one source.
        case quantities(count: Int, ClosedRange<Double>, Place<[Double]>)
        /// A number by asset.
        case byAsset(ClosedRange<Double>, Place<[AssetPath: Double]>)
        /// Speed and power of one turbine, whose rating is at the second place.
        case curve(Place<PowerCurve>, ratedKW: any KeyPath<Subject, Double> & Sendable)
    }

    public let key: String
    /// For messages and tables: `kW`, `fraction of the rating`.
    public let unit: String
    /// What it is, for the documentation.
    public let sentence: String
    public let content: Content
    /// The mapping inside the subject's own that holds the key; nil for its own.
    public let part: String?

    public init(_ key: String, _ unit: String, _ content: Content, _ sentence: String, part: String? = nil) {
        self.key = key
        self.unit = unit
        self.content = content
        self.sentence = sentence
        self.part = part
    }

    /// The range for people; empty for what has none.
    public var rangeText: String {
        func text(_ value: Double) -> String { JSON.numberText(value) }
        return switch content {
        case .quantity(let range, _), .quantities(_, let range, _), .byAsset(let range, _):
            "\(text(range.lowerBound)) to \(text(range.upperBound))"
        case .count(let range, _), .seconds(let range, _): "\(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .curve: ""
        }
    }
}

/// A mapping inside another that a subject may lack as a whole.
public struct ParameterPart<Subject>: Sendable {
    public let key: String
    /// Set to whether it is there.
    public let isThere: any WritableKeyPath<Subject, Bool> & Sendable

    public init(_ key: String, _ isThere: any WritableKeyPath<Subject, Bool> & Sendable) {
        self.key = key
        self.isThere = isThere
    }
}

/// What does not fit together among the values of one subject, at the key to change.
public struct ParameterProblem: Sendable, Hashable {
    public var key: String
    public var text: String

    public init(_ key: String, _ text: String) {
        self.key = key
        self.text = text
    }
}

/// What can be read from a table of parameters.
public protocol Parametrised: Sendable {
    static var parameters: [Parameter<Self>] { get }
    static var parts: [ParameterPart<Self>] { get }
    /// Blank; every value that the table names is replaced.
    init()
    var problems: [ParameterProblem] { get }
}

extension Parametrised {
    public static var parts: [ParameterPart<Self>] { [] }
    public var problems: [ParameterProblem] { [] }
}
