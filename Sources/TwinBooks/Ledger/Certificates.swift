public import TwinCore
public import TwinUnits

/// A right to call energy of the grid one's own: of electricity from the wind, of gas from a digester.
///
/// Certificates are matched by the year: where the books know what was used of its time (``CertificateDemand``), it covers the
/// same part of every half hour's use; of a year that goes on, the part of the volume that is due so far. Where nobody knows that, and in
/// the half-hourly view, each half hour is matched for itself with an even part of the volume.
public struct Certificate: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case electricity, gas

        /// What it covers.
        var account: Account { self == .electricity ? .gridImport : .gas }
    }

    /// Of the registry.
    public var id: String
    public var kind: Kind
    /// The time whose consumption it is for; the end does not belong to it.
    public var from: PlantTime
    public var to: PlantTime
    /// Of gas on the gross calorific value.
    public var volume: Energy
    /// What of the volume is due in the time that the books have, and what was used in that time; nil where nobody knows.
    public var matched: (due: Energy, used: Energy)?

    public init(id: String, kind: Kind, from: PlantTime, to: PlantTime, volume: Energy) {
        (self.id, self.kind, self.from, self.to, self.volume) = (id, kind, from, to, volume)
    }

    /// The part of a half hour's use that it covers when it is matched by the year; nil where that is not known.
    func share(of demand: Energy) -> Energy? {
        guard let (due, used) = matched else { return nil }
        guard used > .zero else { return .zero }
        let part = Int128(demand.wattSeconds).portion(
            Int128(max(.zero, min(due, used)).wattSeconds), of: Int128(used.wattSeconds))
        return Energy(wattSeconds: Int64(clamping: part))
    }

    /// What of it is for a half hour: steps of a running sum, so that they come to the volume.
    func band(of row: PeriodRow) -> Energy {
        guard from <= row.start, row.start < to else { return .zero }
        func due(_ time: PlantTime) -> Int128 {
            Int128(volume.wattSeconds).portion(Int128((min(time, to) - from).ms), of: Int128((to - from).ms))
        }
        return Energy(wattSeconds: Int64(clamping: due(row.end) - due(row.start)))
    }
}

/// What certificates do in a half hour.
struct CertificateUse {
    /// Matched by the time that they are for.
    var covered = Energy.zero
    /// Matched in the half hour.
    var atOnce = Energy.zero
}

extension LedgerTerms {
    /// What certificates cover of a half hour's use.
    func use(_ kind: Certificate.Kind, for demand: Energy, _ row: PeriodRow) -> CertificateUse {
        var use = CertificateUse()
        let demand = max(.zero, demand)
        for certificate in certificates where certificate.kind == kind {
            guard certificate.from <= row.start, row.start < certificate.to else { continue }
            let band = certificate.band(of: row)
            use.atOnce = min(demand, use.atOnce + band)
            use.covered = min(demand, use.covered + (certificate.share(of: demand) ?? band))
        }
        return use
    }
}

/// What was used in the time of each certificate: a pass over rows before the ledger's.
public struct CertificateDemand: Sendable {
    private let certificates: [Certificate]
    private var used: [Energy]
    private var steppedMs: [Int64]

    public init(_ certificates: [Certificate]) {
        self.certificates = certificates
        used = certificates.map { _ in .zero }
        steppedMs = certificates.map { _ in 0 }
    }

    /// Only accounts are looked at.
    public mutating func add(_ row: PeriodRow) {
        for (place, certificate) in certificates.enumerated()
        where certificate.from <= row.start && row.start < certificate.to {
            used[place] += max(.zero, row[certificate.kind.account].energy)
            steppedMs[place] += row.steppedMs
        }
    }

    /// The certificates with what is due and what was used.
    public var matched: [Certificate] {
        certificates.enumerated().map { place, certificate in
            var certificate = certificate
            let length = max(1, (certificate.to - certificate.from).ms)
            let due = Int128(certificate.volume.wattSeconds).portion(
                Int128(min(steppedMs[place], length)), of: Int128(length))
            certificate.matched = (Energy(wattSeconds: Int64(clamping: due)), used[place])
            return certificate
        }
    }
}
