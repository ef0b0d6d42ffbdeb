import Clearance
import Operators
import PlainData
import Topology
import TradingModel

extension Assembly {
    /// The topology's `limits:`.
    var limits: Limits { LimitMaker(names: names).limits(topology.limits) }

    /// When the instruments trade that have a calendar.
    var tradingHours: TradingHours {
        var hours = TradingHours()
        for entry in topology.instruments {
            guard let calendar = entry.settings.textIfPresent("calendar") else { continue }
            hours.set(calendar, of: entry.name == Kinds.otherInstruments ? nil : names.symbol(entry.name))
        }
        return hours
    }

    /// Reads the sets that are put over them. Whoever brings one has read it before, so that all its names have numbers.
    var limitReader: LimitReader {
        let (names, base) = (names, topology.limits)
        return LimitReader(
            limits: { sets in
                guard let settings = base.under(sets, names) else { return nil }
                return LimitMaker(names: names).limits(settings)
            },
            states: { set, key in
                (try? LimitsFile.limits(text: names.text(of: set), against: Kinds.catalog))?.has(key) ?? false
            })
    }
}

extension Settings {
    /// A topology's limits with sets over them, each a text of the journal; nil where one cannot be read.
    func under(_ sets: [TextID], _ names: Names) -> Settings? {
        var settings = self
        for set in sets {
            let text = names.text(of: set)
            guard let over = try? SettingsFile.read(text: text, named: "limits", by: Kinds.limits, subject: "limits") else {
                return nil
            }
            settings = settings.isEmpty ? over : settings.overlaid(by: over)
        }
        return settings
    }
}
