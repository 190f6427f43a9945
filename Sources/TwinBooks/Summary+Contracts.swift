import TwinCore
import TwinUnits

/// What contracts and files say beside the meters.
extension Summary {
    /// Lines of other Scope 1; nil where none is configured.
    public var otherScope1: String? {
        let lines = method.ledger.otherLines
        return lines.isEmpty ? nil : lines.joined(separator: ", ")
    }

    /// What stands behind the market-based figure.
    public var marketWords: String {
        let isCovered = method.ledger.certificates.contains { $0.kind == .electricity && $0.from < to && $0.to > from }
        return isCovered ? "certificates, and the residual mix" : "residual mix"
    }

    /// Certificates that are more than what was used in their time, a sentence each: nobody may claim above consumption.
    public var certificatesAboveUse: [String] { method.ledger.claimsAboveUse }

    /// Certificates of the window, for a reader: `REGO-1 (electricity, 24 MWh)`.
    public var certificateWords: String? {
        let own = method.ledger.certificates.filter { $0.from < to && $0.to > from }
        guard !own.isEmpty else { return nil }
        return own.map {
            "\($0.id) (\($0.kind.rawValue), \(JSON.numberText(($0.volume.kilowattHours / 1000 * 10).rounded() / 10)) MWh)"
        }.joined(separator: ", ")
    }
}

extension LedgerTerms {
    /// A sentence for each certificate whose due volume is more than what was used; of those for the same use, together.
    public var claimsAboveUse: [String] {
        var claimed: [Certificate.Kind: Energy] = [:]
        return certificates.compactMap { certificate in
            guard let (due, used) = certificate.matched, used > .zero else { return nil }
            let before = claimed[certificate.kind, default: .zero]
            claimed[certificate.kind] = before + due
            guard before + due > used else { return nil }
            func text(_ energy: Energy) -> String { JSON.numberText((energy.kilowattHours / 100).rounded() / 10) }
            return "contracts.yaml: certificate \(certificate.id): \(text(before + due)) MWh are claimed so far, and"
                + " \(text(used)) MWh of \(certificate.kind.rawValue) were used: nobody may claim above consumption"
        }
    }
}
