public import TwinCore
public import TwinUnits

/// A right to call energy of the grid one's own: of electricity from the wind, of gas from a digester.
///
/// Its volume is spread evenly over the time that it is for. What a half hour does not need waits until that time ends, as
/// certificates are matched by the year; the half-hourly view matches each half hour for itself.
public struct Certificate: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable { case electricity, gas }

    /// Of the registry.
    public var id: String
    public var kind: Kind
    /// The time whose consumption it is for; the end does not belong to it.
    public var from: PlantTime
    public var to: PlantTime
    /// Of gas on the gross calorific value.
    public var volume: Energy

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
            let there = band + (unused[certificate.id] ?? .zero)
            let taken = min(there, max(.zero, demand - use.covered))
            use.covered += taken
            unused[certificate.id] = there - taken
        }
        return use
    }
}
