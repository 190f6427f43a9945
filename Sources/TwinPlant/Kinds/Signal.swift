public import TwinCore

/// Which part of a signed power an account takes.
public enum SignalPart: Sendable, Hashable {
    /// As it is: a farm's own use is part of its meter.
    case whole
    case positive
    /// The negative part, as a positive energy.
    case negative

    func of(_ value: Double) -> Double {
        switch self {
        case .whole: value
        case .positive: max(0, value)
        case .negative: max(0, -value)
        }
    }
}

/// A line of the books that a signal feeds. Live, replayed and simulated runs book by it alike.
public struct Post: Sendable, Hashable {
    public var account: Account
    public var part: SignalPart
    /// What the signal is multiplied by: an efficiency, or 1.
    public var factor: Double

    public init(_ account: Account, _ part: SignalPart = .whole, factor: Double = 1) {
        self.account = account
        self.part = part
        self.factor = factor
    }

    /// What a value of the signal puts on the line, kW.
    public func kw(_ value: Double) -> Double { part.of(value) * factor }
}

/// A row of a kind's sheet of signals: what an asset's telemetry may tell, how it is judged, and where its energy goes.
public struct Signal: Sendable, Hashable {
    public enum Form: Sendable, Hashable {
        /// A mean over the reading's period; the model stands in where nothing was measured.
        case mean
        /// A state at an instant, or what a controller says it can do.
        case instant
        /// A meter register that only grows; it beats the mean of the signal at this place, or of a part of it.
        case register(of: Int, part: SignalPart)
        /// Nobody measures it: the model alone says it.
        case derived
    }

    /// Payload key, unit in its name.
    public var key: String
    /// What a reading may be; others are out of range.
    public var range: ClosedRange<Double>
    public var form: Form
    public var posts: [Post]
    /// Whether it is among the used values that are stored, digested and shown.
    public var isShown: Bool
    /// As the asset prints it.
    public var decimals: Int
    /// Of a register: largest mean power between two readings that is believed, kW.
    var registerMaxKW = Double.infinity

    private init(
        _ key: String, _ range: ClosedRange<Double>, _ form: Form, _ posts: [Post], isShown: Bool, decimals: Int
    ) {
        self.key = key
        self.range = range
        self.form = form
        self.posts = posts
        self.isShown = isShown
        self.decimals = decimals
    }

    public static func mean(
        _ key: String, _ range: ClosedRange<Double>, posts: [Post] = [], isShown: Bool = true, decimals: Int = 1
    ) -> Signal {
        Signal(key, range, .mean, posts, isShown: isShown, decimals: decimals)
    }

    public static func instant(
        _ key: String, _ range: ClosedRange<Double>, isShown: Bool = true, decimals: Int = 1
    ) -> Signal {
        Signal(key, range, .instant, [], isShown: isShown, decimals: decimals)
    }

    public static func derived(_ key: String, posts: [Post] = [], isShown: Bool = true) -> Signal {
        Signal(key, 0...0, .derived, posts, isShown: isShown, decimals: 1)
    }

    /// A register that counts up to 1e12 kWh. A coarse one moves in jumps, so ten times the rating is believed.
    public static func register(
        _ key: String, of place: Int, part: SignalPart = .whole, ratedKW: Double
    ) -> Signal {
        var signal = Signal(key, 0...1e12, .register(of: place, part: part), [], isShown: false, decimals: 1)
        signal.registerMaxKW = 10 * ratedKW
        return signal
    }
}

/// A sheet of signals as a feed reads it: places are looked up here once and for all.
struct SignalSheet: Sendable {
    let signals: [Signal]
    /// What telemetry may bring.
    let specs: [SignalSpec]
    /// Place among the specs; nil for what nobody measures.
    let specPlaces: [Int?]
    /// Place among the model's stand-ins; nil for what has none.
    let estimatePlaces: [Int?]
    /// All that is booked, signal by signal.
    let posts: [BookedPost]
    let estimateCount: Int

    /// - Parameters:
    ///   - maxAge: how old a last-known value may be.
    ///   - hasModel: whether a model stands in where nothing was measured.
    ///   - preference: what counts where a register and its power exclude each other.
    init(_ signals: [Signal], maxAge: Span, hasModel: Bool = true, preference: Preference? = nil) {
        self.signals = signals
        var specs: [SignalSpec] = []
        var specPlaces: [Int?] = []
        var estimatePlaces: [Int?] = []
        var estimates = 0
        for signal in signals {
            let isModelled = hasModel && (signal.form == .mean || signal.form == .derived)
            estimatePlaces.append(isModelled ? estimates : nil)
            estimates += isModelled ? 1 : 0
            guard signal.form != .derived else {
                specPlaces.append(nil)
                continue
            }
            specPlaces.append(specs.count)
            var spec = SignalSpec(signal.key, signal.range, maxAge: maxAge)
            if case .register = signal.form {
                spec.isCounter = true
                spec.counterMaxKW = signal.registerMaxKW
                spec.preference = preference
            }
            specs.append(spec)
        }
        let registers = signals.enumerated().compactMap { place, signal -> (of: Int, part: SignalPart, spec: Int)? in
            guard case .register(let of, let part) = signal.form, let spec = specPlaces[place] else { return nil }
            return (of, part, spec)
        }
        for register in registers {
            specs[register.spec].beside = specPlaces[register.of]
            specs[register.spec].part = register.part
        }
        posts = signals.enumerated().flatMap { place, signal in
            signal.posts.map { post in
                let register = registers.first { $0.of == place && $0.part == post.part }
                return BookedPost(
                    post: post, spec: specPlaces[place], estimate: estimatePlaces[place], register: register?.spec)
            }
        }
        self.specs = specs
        self.specPlaces = specPlaces
        self.estimatePlaces = estimatePlaces
        estimateCount = estimates
    }
}

/// A post with the places of what it is integrated from; nil where there is none.
struct BookedPost: Sendable {
    let post: Post
    let spec: Int?
    let estimate: Int?
    let register: Int?
}
