/// What keeps a store from being read or written, in words that say what to do: it may come while the store is in use.
public protocol StoreTrouble: Error, CustomStringConvertible {}
