/// A set whose encoded form is in order, so that equal sets have equal bytes.
@propertyWrapper
public struct Ordered<Element: Hashable & Comparable & Codable & Sendable>: Sendable, Hashable, Codable {
    public var wrappedValue: Set<Element>

    public init(wrappedValue: Set<Element>) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws { wrappedValue = Set(try [Element](from: decoder)) }

    public func encode(to encoder: any Encoder) throws { try wrappedValue.sorted().encode(to: encoder) }
}
