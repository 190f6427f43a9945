import ArgumentParser
struct ImportCommand: AsyncParsableCommand { static let configuration = CommandConfiguration(commandName: "import"); func run() async throws {} }
enum MappingCheck { static func problems(_ path: String) throws -> [String] { [] } }
