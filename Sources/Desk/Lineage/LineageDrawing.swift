import PlainData
import Topology

/// A chain as a picture: a box an element, an arrow for what it came of, a dashed one for what came back by a loop.
public enum LineageDrawing {
    public static func draw(_ lineage: Lineage, as format: TopologyDrawing.Format) -> String {
        let words = LineageWords(lineage)
        let steps = lineage.steps.filter { !$0.isValueOnly }
        var places: [String: Int] = [:]
        for (place, step) in steps.enumerated() { places[LineageJSON.id(step)] = place }
        let nodes = steps.map { step in
            TopologyDrawing.Box(
                name: step.vertex, caption: "\(type(of: step.element).elementName) · \(step.sequence)",
                role: step.rank == 0 ? .source : .operator, details: [words.line(step)] + words.details(step))
        }
        var arrows: [TopologyDrawing.Arrow] = []
        for (place, step) in steps.enumerated() {
            if let origin = step.origin, let from = places[LineageJSON.id(origin)] {
                arrows.append(TopologyDrawing.Arrow(from: from, to: place, label: ""))
            }
            for known in step.known {
                guard let from = places[LineageJSON.id(known.step)] else { continue }
                arrows.append(TopologyDrawing.Arrow(from: from, to: place, label: known.port))
            }
        }
        let title = "why \(words.id(lineage.order))"
        return TopologyDrawing.draw(title: title, subtitle: lineage.topology.name, boxes: nodes, arrows: arrows, as: format)
    }
}
