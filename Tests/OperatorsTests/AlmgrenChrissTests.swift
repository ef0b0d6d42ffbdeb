import FloorTesting
import Foundation
import Operators
import Testing

/// The example of Almgren & Chriss 2000, section 3.4: a million shares at 50 in five days; 30 % a year is 0.95 a day, half a
/// spread of 1/16, γ = 2.5e-7, η = 2.5e-6.
@Suite("the path of implementation shortfall") struct AlmgrenChrissTests {
    private func model(_ riskAversion: Double) -> AlmgrenChriss {
        AlmgrenChriss(riskAversion: riskAversion, volatility: 0.95, temporaryImpact: 2.5e-6, permanentImpact: 2.5e-7)
    }
    /// κ by the paper's closed form: 2/τ² (cosh κτ − 1) = κ̃² = λσ²/η̃.
    private func kappa(_ model: AlmgrenChriss, interval: Double) -> Double {
        let square =
            model.riskAversion * model.volatility * model.volatility
            / (model.temporaryImpact - model.permanentImpact * interval / 2)
        return acosh(square * interval * interval / 2 + 1) / interval
    }

    @Test("it is the closed form sinh κ(T − tj) / sinh κT", arguments: [1e-9, 1e-7, 1e-6, 2e-6, 1e-5, 1e-3])
    func closedForm(riskAversion: Double) {
        for (slices, interval) in [(5, 1.0), (1, 5.0), (50, 0.1), (390, 1.0 / 78)] {
            let model = model(riskAversion), k = kappa(model, interval: interval), end = Double(slices) * interval
            let path = model.path(slices: slices, interval: interval)
            #expect(path.count == slices + 1 && path[0] == 1 && path[slices] == 0)
            for j in 0...slices {
                let expected = sinh(k * (end - Double(j) * interval)) / sinh(k * end)
                #expect(abs(path[j] - expected) < 1e-9, "slice \(j) of \(slices)")
            }
        }
    }
    /// The paper: "for the optimal strategy, κ ≈ 0.61/day". From the path: x(j−1) + x(j+1) = 2 cosh(κτ) x(j).
    @Test("the paper's example decays by 0.61 a day")
    func decay() {
        let path = model(1e-6).path(slices: 5, interval: 1)
        #expect(abs(acosh((path[1] + path[3]) / (2 * path[2])) - 0.61) < 0.005)
    }
    /// Means and variances of the same example as another implementation prints them (DROP 4.66, its test AlmgrenChriss, in
    /// 1e6 and 1e12; its λ are in 1e-6): λ = 1e-9 … 9e-9.
    @Test("its cost and variance are another implementation's")
    func costs() {
        let reference = [
            (1, 0.6625, 1.0812), (2, 0.6625, 1.0794), (3, 0.6625, 1.0776), (5, 0.6625, 1.0740), (7, 0.6625, 1.0704),
            (9, 0.6626, 1.0669),
        ]
        for (lambda, mean, variance) in reference {
            let cost = model(Double(lambda) * 1e-9).cost(of: 1e6, halfSpread: 0.0625, slices: 5, interval: 1)
            #expect(abs(cost.mean / 1e6 - mean) < 6e-5 && abs(cost.variance / 1e12 - variance) < 6e-5, "λ = \(lambda)e-9")
        }
    }
    @Test("without risk aversion it is the straight line; with more, more is traded early")
    func ends() {
        let even = model(0).path(slices: 10, interval: 0.5)
        for j in 0...10 { #expect(abs(even[j] - (1 - Double(j) / 10)) < 1e-12) }
        let mild = model(1e-7).path(slices: 10, interval: 0.5), keen = model(1e-5).path(slices: 10, interval: 0.5)
        for j in 1..<10 { #expect(keen[j] < mild[j] && mild[j] < even[j]) }
        let frantic = model(1e6).path(slices: 100, interval: 0.01)
        #expect(frantic.allSatisfy { $0.isFinite && $0 >= 0 })
    }
    /// A second method: no neighbour of the path, moved along any one of its points, has a lower E + λV.
    @Test("no path near it costs less")
    func optimal() {
        let riskAversion = 2e-6, model = model(riskAversion), path = model.path(slices: 5, interval: 1).map { $0 * 1e6 }
        func objective(_ x: [Double]) -> Double {
            var sum = 0.0
            for j in 1...5 {
                let n = x[j - 1] - x[j]
                sum += 2.5e-7 * x[j] * n + 2.5e-6 * n * n + riskAversion * 0.9025 * x[j] * x[j]
            }
            return sum
        }
        for j in 1...4 {
            for step in [-100.0, 100] {
                var other = path
                other[j] += step
                #expect(objective(other) > objective(path))
            }
        }
    }
}
