import Glibc

/// A library that is opened while the program runs, so that the program starts on machines without it.
struct SharedLibrary: Sendable {
    private let name: String
    /// Of `dlopen`. Never closed: functions of it are held for the life of the process.
    private let handle: UInt

    init(_ name: String) throws(SolverAbsent) {
        self.name = name
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw SolverAbsent(library: name, symbol: nil, detail: Self.complaint())
        }
        self.handle = UInt(bitPattern: handle)
    }

    /// A function of the library. `Function` must be what the library's header says of it.
    func function<Function>(_ symbol: String, as type: Function.Type = Function.self) throws(SolverAbsent) -> Function {
        guard let address = dlsym(UnsafeMutableRawPointer(bitPattern: handle), symbol) else {
            throw SolverAbsent(library: name, symbol: symbol, detail: Self.complaint())
        }
        return unsafeBitCast(address, to: type)
    }

    private static func complaint() -> String { dlerror().map { String(cString: $0) } ?? "no reason is told" }
}
