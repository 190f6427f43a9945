extension PlantTime {
    /// Nil outside the years 0001 to 9999.
    public init?(secondsSince1970 seconds: Double) {
        guard let ms = Int64(exactly: (seconds * 1000).rounded(.toNearestOrEven)),
            (PlantTime.earliest.ms...PlantTime.latest.ms).contains(ms)
        else { return nil }
        self.init(ms: ms)
    }
}
