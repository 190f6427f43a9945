public import ArgumentParser
import Foundation
import Glibc
import TwinConfiguration
public import TwinCore
import TwinFiles
import TwinMQTT
import TwinRuntime

/// Options that every command shares.
struct CommonOptions: ParsableArguments {
    @Option(help: "Configuration folder; default twin-config/sunderland, or the newest one of a store that is read.")
    var config: String?

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more on standard error.")
    var verbose = false

    func say(_ text: String) { if !quiet { Terminal.say(text) } }

    static let defaultConfig = "twin-config/sunderland"

    /// The configuration; a file inside the folder may be named as well.
    var folder: String { config ?? Self.defaultConfig }

    /// The one that pages may save into: somebody named it. The default is nobody's wish to have it changed.
    var namedFolder: String? { config.map(Self.folder) }

    func load() throws -> SiteConfig { try Self.load(folder) }

    /// The configuration that is named, else the newest one of the store.
    func load(from store: any StoreReading, at path: String) throws -> SiteConfig {
        if let config { return try Self.load(config) }
        guard let newest = try store.newestConfiguration() else {
            throw Failure("\(path): holds no complete run yet", exitCode: 65)
        }
        let files = try store.files(ofConfiguration: newest.hash)
        do { return try SiteConfig.read(files: files) } catch {
            // It was valid for the program that stored it.
            for line in error.lines { Terminal.say(line) }
            throw Failure(
                "\(path): its configuration \(newest.hash.prefix(15))… is not valid for this program; name one with"
                    + " --config", exitCode: 78)
        }
    }

    static func load(_ path: String) throws -> SiteConfig {
        try SiteConfig.loadChecked(folder: folder(path))
    }

    /// Of a file, the folder that it is in.
    private static func folder(_ path: String) -> String {
        path.hasSuffix(".yaml") ? URL(fileURLWithPath: path).deletingLastPathComponent().path : path
    }
}

/// How to reach a broker that wants more than an address.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "PEM file of trusted certificates for mqtts; default the system's.")
    var tlsCa: String?

    @Option(help: "PEM file of our certificate, with --tls-key.")
    var tlsCert: String?

    @Option(help: "PEM file of our key, with --tls-cert.")
    var tlsKey: String?

    @Option(help: "File that holds the password of the address's user; else TWIN_BROKER_PASSWORD is read.")
    var passwordFile: String?

    /// A wrong address is a mistake of the command line.
    func options(_ url: String, clientID: String) throws -> MQTTOptions {
        var options: MQTTOptions
        do { options = try MQTTOptions(url: url, clientID: clientID) } catch {
            throw Failure("--broker: \(error.detail)", exitCode: 2)
        }
        if let passwordFile {
            let bytes = try WholeFile.secret(passwordFile, bytesMax: 65_536)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure("\(passwordFile): is no text; a password file holds the password alone", exitCode: 65)
            }
            options.password = text.trimmingCharacters(in: .whitespacesAndNewlines)
        } else if options.username != nil, options.password == nil {
            options.password = ProcessInfo.processInfo.environment["TWIN_BROKER_PASSWORD"]
        }
        guard tlsCa != nil || tlsCert != nil || tlsKey != nil else { return options }
        guard options.tls != nil else {
            throw Failure("--tls options need a broker address with mqtts://", exitCode: 2)
        }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw Failure("--tls-cert and --tls-key go together", exitCode: 2)
        }
        // The library would wait for the writer of a FIFO.
        for path in [tlsCa, tlsCert].compactMap(\.self) { _ = try WholeFile.read(path, bytesMax: 1 << 24) }
        if let tlsKey { _ = try WholeFile.secret(tlsKey) }
        options.tls = MQTTTLS(caFile: tlsCa, certFile: tlsCert, keyFile: tlsKey)
        return options
    }
}

/// What this program was built as: checkpoints of another build are ignored.
enum Build {
    static let id: String = {
        var info = stat()
        guard stat("/proc/self/exe", &info) == 0 else { return Twin.version }
        let stamp = UInt64(bitPattern: Int64(info.st_mtim.tv_sec)) &* 1_000_000_007 &+ UInt64(info.st_mtim.tv_nsec)
        return "\(Twin.version)+\(String(UInt64(info.st_size), radix: 16)).\(String(stamp, radix: 16))"
    }()

    /// As a report names it.
    static let words = "\(Twin.version), \(id)"
}

extension ControlMode: ExpressibleByArgument {}
extension LoopKind: ExpressibleByArgument {}
extension ClockKind: ExpressibleByArgument {}

extension Span: ExpressibleByArgument {
    /// `90s`, `30m`, `1h`, `2d`.
    public init?(argument: String) {
        guard let span = Span(text: argument), span.ms > 0 else { return nil }
        self = span
    }

    public var defaultValueDescription: String { text }
}

/// A pace: plant seconds per wall second, or as fast as possible.
enum Speed: ExpressibleByArgument, CustomStringConvertible {
    case max
    case factor(Double)

    var description: String {
        switch self {
        case .max: "max"
        case .factor(let factor): JSON.numberText(factor)
        }
    }

    init(argument: String) {
        if argument == "max" {
            self = .max
        } else {
            self = .factor(Double(argument) ?? .nan)
        }
    }

    /// The clocks of a run count whole nanoseconds.
    private static let range = 0.001...1_000_000

    /// Refuses what is no pace, with one sentence for all of it.
    func check() throws {
        if case .factor(let factor) = self, !Speed.range.contains(factor) {
            throw ValidationError("--speed: write 0.001 to 1,000,000 or max")
        }
    }

    var factor: Double? { if case .factor(let factor) = self { factor } else { nil } }
}

extension LocalZone {
    /// A time on the command line: RFC 3339, or site-local without an offset, or a date.
    func argument(_ text: String) throws -> PlantTime {
        let time = try instant(of: text)
        guard (PlantTime(ms: 0)...PlantTime.latest).contains(time) else {
            throw Failure("\"\(text)\" is not in the years 1970 to 9999", exitCode: 2)
        }
        return time
    }

    private func instant(of text: String) throws -> PlantTime {
        if let time = PlantTime(rfc3339: text) { return time }
        let full = text.contains("T") || text.contains(" ") ? text : text + "T00:00"
        guard let local = PlantTime(zoneless: full) else {
            throw Failure("\"\(text)\" is no time; write 2025-06-18T06:00 (site-local) or with an offset", exitCode: 2)
        }
        let day = local.ms / 86_400_000
        return instant(CivilDate(daysSinceEpoch: day), msOfDay: local.ms - day * 86_400_000)
    }
}
