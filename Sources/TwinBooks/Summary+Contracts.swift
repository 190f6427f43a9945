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

    /// Certificates of a year that are more than what was used in it, a sentence each: nobody may claim above consumption.
    /// Only of years that the window has as a whole.
    public var certificatesAboveUse: [String] {
        method.ledger.certificates.compactMap { certificate in
            guard from <= certificate.from, certificate.to <= to,
                let left = sum.ledger.carry.unused[certificate.id], left > .zero
            else { return nil }
            func text(_ energy: Energy) -> String { JSON.numberText((energy.kilowattHours / 100).rounded() / 10) }
            return
                "contracts.yaml: certificate \(certificate.id): \(text(left)) of its \(text(certificate.volume)) MWh are"
                + " more than what was used of \(certificate.kind.rawValue) in its year; claim no more than was used"
        }
    }
}
