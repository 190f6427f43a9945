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
        let grades = PackGrade.allCases.map { grade in
            JSON.fields([
                "grade": .string(grade.rawValue), "use": .string(grade.use),
                "from_fraction": .optional(grading.floors[grade]),
            ])
        }
        return .fields([
            "graded": .string(sheet.graded.text), "new_kwh": .number(sheet.newKWh),
            "present_kwh": .number(sheet.presentKWh), "mean_fraction": .optional(sheet.meanHealth),
            "source": .string(sheet.source), "grades": .array(grades), "packs": .array(packs),
        ])
    }
}
