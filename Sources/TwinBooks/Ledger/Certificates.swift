public import TwinCore
public import TwinUnits

/// A right to call energy of the grid one's own: of electricity from the wind, of gas from a digester.
///
/// Certificates are matched by the year: where the books know what was used of its time (``CertificateDemand``), it covers the
/// same part of every half hour's use. Of a year that goes on, the part of the volume that is due so far. Where nobody knows that,
/// the volume is spread evenly over its time, and what a half hour does not need waits. The half-hourly view matches each
/// half hour for itself with its even part.
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

extension LedgerCarry {
    /// Uses what is due of certificates, and what waits of them.
    mutating func use(_ certificates: [Certificate], _ kind: Certificate.Kind, for demand: Energy, _ row: PeriodRow)
        -> CertificateUse
    {
        var use = CertificateUse()
        for certificate in certificates where certificate.kind == kind {
            guard certificate.from <= row.start, row.start < certificate.to else { continue }
            let band = certificate.band(of: row)
            use.atOnce += min(band, max(.zero, demand - use.atOnce))
            if let (due, used) = certificate.matched {
                let part = max(.zero, min(due, used))
                let share =
                    used > .zero
                    ? Int128(max(.zero, demand).wattSeconds).portion(
                        Int128(part.wattSeconds), of: Int128(used.wattSeconds)) : 0
                use.covered = min(max(demand, .zero), use.covered + Energy(wattSeconds: Int64(clamping: share)))
                continue
            }
            let there = band + (unused[certificate.id] ?? .zero)
            let taken = min(there, max(.zero, demand - use.covered))
            use.covered += taken
            unused[certificate.id] = there - taken
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
