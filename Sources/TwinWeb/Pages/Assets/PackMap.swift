import TwinCore
import TwinPlant

/// The reused packs of a store by their state of health, as a configuration tells them.
enum PackMap {
    /// Nil where nobody graded the packs of the store.
    static func json(of path: AssetPath, _ grading: PackGrading?) -> JSON? {
        guard let grading, let sheet = grading.sheets[path] else { return nil }
        let packs = sheet.health.map { health in
            JSON.fields([
                "health_fraction": .number(health), "holds_kwh": .number(health * sheet.newKWh),
                "grade": .string(grading.grade(ofHealth: health).rawValue),
            ])
        }
        let floors = PackGrade.allCases.compactMap { grade in
            grading.floors[grade].map {
                JSON.fields(["grade": .string(grade.rawValue), "from_fraction": .number($0)])
            }
        }
        return .fields([
            "graded": .string(sheet.graded.text), "new_kwh": .number(sheet.newKWh),
            "present_kwh": .number(sheet.presentKWh), "mean_fraction": .optional(sheet.meanHealth),
            "source": .string(sheet.source), "grades": .array(floors), "packs": .array(packs),
        ])
    }
}
