public import TwinConfiguration
public import TwinCore
public import TwinImport
import TwinPlant

extension ImportResult {
    /// The lines that the mapping leaves to a model, marked as modelled in every message.
    public func modelledLines(_ config: SiteConfig) throws(ReplayProblem) -> [Line] {
        var lines: [Line] = []
        for item in modelled {
            guard item.name == "line" else {
                throw ReplayProblem("modelled: \"\(item.name)\" cannot be modelled; only line can")
            }
            var line = SimulatedLine(
                site: config.site, asset: config.firstLine, calendar: config.calendar, seed: header.seed,
                isModelled: true)
            var from = header.start
            while from < end {
                let to = from + header.step
                for message in line.step(from: from, to: to) {
                    lines.append(
                        .message(Arrival(t: message.sent ?? to, topic: message.topic, payload: message.payload, qos: 1))
                    )
                }
                from = to
            }
        }
        return lines
    }
}
