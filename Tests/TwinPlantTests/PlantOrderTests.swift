import Testing
import TwinCore
import TwinDispatch

@testable import TwinPlant

@Suite("Orders")
struct PlantOrderTests {
    @Test("a command asks the same by its message and without one", arguments: Action.allCases)
    func same(_ action: Action) throws {
        let rules = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1)
        for value in [0, -0.0, 1, 2, 3, -1, 0.5, 1234.5678, 1.0 / 3, 1e300, .infinity, .nan] {
            var desk = CommandDesk()
            let point = SetPoint(AssetPath(.storage, "ess-1"), action, value, reason: "because")
            let issued = desk.issue(point, context: Bench.context(17), n: 1, rules: rules)
            let command = try #require(issued)
            let order = PlantOrder(command, run: "7f3a")
            let read = PlantOrder(try JSONReader.read(command.json(run: "7f3a").bytes))
            #expect(order == read, "\(value)")
            #expect(order.value?.sign == read?.value?.sign)
        }
    }
}
