package import TwinConfiguration

/// A fault that is planted in what surrounds the twin, to see that the ledger finds it.
package enum PlantedFault: String, Sendable, CaseIterable {
    /// The disk says that bytes are on it, and they are not.
    case missingSync = "missing-sync"
    /// The client sends again, on the next link, what it sent last on the one that died.
    case resend
    /// The client keeps all that is published while the link is down.
    case unboundedQueue = "unbounded-queue"
}

extension PlantedFault {
    /// The rule that it breaks.
    package var rule: Rule {
        switch self {
        case .missingSync: .acknowledgedIsDurable
        case .resend: .inTime
        case .unboundedQueue: .bounded
        }
    }

    /// The first seed whose hour breaks the rule with the fault, and keeps it without.
    package func search(
        _ config: SiteConfig, seeds: Range<UInt64>
    ) async -> (seed: UInt64, violation: Outcome.Violation)? {
        for seed in seeds {
            let outcome = await SimulatedHour(seed: seed, config: config, planted: self).play()
            guard let violation = outcome.violations.first(where: { $0.rule == rule }) else { continue }
            let plain = await SimulatedHour(seed: seed, config: config).play()
            if !plain.violations.contains(where: { $0.rule == rule }) { return (seed, violation) }
        }
        return nil
    }
}
