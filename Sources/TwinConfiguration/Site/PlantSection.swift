import TwinCore
import TwinPlant

extension SiteFiles {
    /// `plant.yaml`: the simulated plant as it "really" is, section by section.
    func readPlantTruth(_ root: YAMLNode) -> PlantTruth? {
        root.fields { fields in
            var truth = PlantTruth()
            var isWhole = true
            for section in PlantTruth.sections {
                isWhole = read(section, &fields, into: &truth) && isWhole
            }
            return isWhole ? truth : nil
        }
    }

    private func read<Part: PlantTruthPart>(
        _ type: Part.Type, _ fields: inout YAMLFields, into truth: inout PlantTruth
    ) -> Bool {
        guard let part = fields.required(Part.section).flatMap({ $0.fields { $0.subject(Part.self) } }) else {
            return false
        }
        truth[Part.self] = part
        return true
    }
}
