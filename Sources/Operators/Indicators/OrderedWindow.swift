/// The last numbers in order of size: the k-th of them, and how many lie below a number with their sum, in time of the logarithm
/// of the window.
///
/// A treap: a search tree by number whose nodes are a heap by a priority, here one that a node's place in the window alone
/// decides, so that the same numbers make the same tree. The sums are made of the children's on each way up, so nothing drifts.
///
/// - Room: five numbers for each of the window's.
/// - Source: Seidel & Aragon, "Randomized Search Trees", Algorithmica 16, 1996.
public struct OrderedWindow: Words {
    private var root: Int64 = 0
    public private(set) var count: Int64 = 0, place: Int64 = 0
    public init() {}
    public static func room(_ period: Int) -> Int { 5 * (period + 1) }

    /// Takes the newest in, and the oldest out of a full window.
    public mutating func push(_ x: Double, _ room: Numbers) {
        let tree = Tree(room), node = Int(place) + 1
        if count == tree.period { root = Int64(tree.erase(node, from: Int(root))) } else { count += 1 }
        tree.make(node, x)
        root = Int64(tree.insert(node, into: Int(root)))
        place = place + 1 == tree.period ? 0 : place + 1
    }
    public func isFull(_ room: Numbers) -> Bool { count == Tree(room).period }

    /// The number with `k` smaller ones (or equal ones before it).
    public func select(_ k: Int, _ room: Numbers) -> Double { Tree(room).select(k, in: Int(root)) }
    /// How many are smaller than `x`, and their sum.
    public func below(_ x: Double, _ room: Numbers) -> (count: Double, sum: Double) { Tree(room).below(x, in: Int(root)) }

    /// Node 0 is none: it has no count and no sum.
    private struct Tree {
        let room: Numbers, nodes: Int
        var period: Int { nodes - 1 }
        init(_ room: Numbers) { (self.room, nodes) = (room, room.count / 5) }

        func value(_ node: Int) -> Double { room[node] }
        func left(_ node: Int) -> Int { Int(room[nodes + node]) }
        func right(_ node: Int) -> Int { Int(room[2 * nodes + node]) }
        func count(_ node: Int) -> Double { room[3 * nodes + node] }
        func sum(_ node: Int) -> Double { room[4 * nodes + node] }

        func make(_ node: Int, _ x: Double) {
            room[node] = x
            set(node, 0, 0)
        }
        func set(_ node: Int, _ left: Int, _ right: Int) {
            room[nodes + node] = Double(left)
            room[2 * nodes + node] = Double(right)
            room[3 * nodes + node] = count(left) + count(right) + 1
            room[4 * nodes + node] = sum(left) + sum(right) + value(node)
        }
        func priority(_ node: Int) -> UInt64 {
            let z = UInt64(node) &* 0x9E37_79B9_7F4A_7C15
            return (z ^ (z >> 29)) &* 0xBF58_476D_1CE4_E5B9
        }
        func isBefore(_ a: Int, _ b: Int) -> Bool { value(a) < value(b) || (value(a) == value(b) && a < b) }

        func insert(_ node: Int, into tree: Int) -> Int {
            if tree == 0 { return node }
            if priority(node) > priority(tree) {
                let (before, after) = split(tree, by: node)
                set(node, before, after)
                return node
            }
            if isBefore(node, tree) {
                set(tree, insert(node, into: left(tree)), right(tree))
            } else {
                set(tree, left(tree), insert(node, into: right(tree)))
            }
            return tree
        }
        func split(_ tree: Int, by node: Int) -> (before: Int, after: Int) {
            if tree == 0 { return (0, 0) }
            if isBefore(tree, node) {
                let (before, after) = split(right(tree), by: node)
                set(tree, left(tree), before)
                return (tree, after)
            }
            let (before, after) = split(left(tree), by: node)
            set(tree, after, right(tree))
            return (before, tree)
        }
        func erase(_ node: Int, from tree: Int) -> Int {
            if tree == node { return join(left(node), right(node)) }
            if isBefore(node, tree) {
                set(tree, erase(node, from: left(tree)), right(tree))
            } else {
                set(tree, left(tree), erase(node, from: right(tree)))
            }
            return tree
        }
        func join(_ before: Int, _ after: Int) -> Int {
            if before == 0 || after == 0 { return before + after }
            if priority(before) > priority(after) {
                set(before, left(before), join(right(before), after))
                return before
            }
            set(after, join(before, left(after)), right(after))
            return after
        }
        func select(_ k: Int, in tree: Int) -> Double {
            var (k, node) = (k, tree)
            while node != 0 {
                let smaller = Int(count(left(node)))
                if k == smaller { return value(node) }
                (k, node) = k < smaller ? (k, left(node)) : (k - smaller - 1, right(node))
            }
            return .nan
        }
        func below(_ x: Double, in tree: Int) -> (count: Double, sum: Double) {
            var (n, total, node) = (0.0, 0.0, tree)
            while node != 0 {
                if value(node) < x {
                    n += count(left(node)) + 1
                    total += sum(left(node)) + value(node)
                    node = right(node)
                } else {
                    node = left(node)
                }
            }
            return (n, total)
        }
    }
}
