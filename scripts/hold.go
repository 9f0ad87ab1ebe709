package scripts

import "time"

// emptyTime is how long a file may be empty that was not: whatever sends it over a slow line empties it first. maxHold is how
// long a file may be written to without end until it is taken as it is.
const (
	emptyTime = time.Second
	maxHold   = 3 * time.Second
)

// hold lets files that are being written be as they were when they were seen last, or not be there yet. Those are files that were
// changed less than quiet ago, and emptied ones. When there are some, again is the time after which they may be written.
// Where a link is swapped nothing is being written.
func (l *Library) hold(t *tree, quiet time.Duration) (again time.Duration) {
	was := l.held
	l.held = make(map[string]time.Time)
	if l.tree.nodes == nil || swapped(l.links, t.links) {
		return 0
	}
	now := l.clock.Now()
	for name, n := range t.nodes {
		old := l.tree.nodes[name]
		wait := n.unfinished(old, quiet)
		if wait <= 0 {
			continue
		}
		since, ok := was[name]
		if !ok {
			since = now
		}
		if now.Sub(since) >= maxHold {
			continue
		}
		l.held[name] = since
		if old == nil {
			delete(t.nodes, name)
		} else {
			t.nodes[name] = old
		}
		if again == 0 || wait < again {
			again = wait
		}
	}
	return again
}

// unfinished is how long it takes until a file may be written, of which old was seen last; 0: it is.
func (n *node) unfinished(old *node, quiet time.Duration) time.Duration {
	switch {
	case n.err != nil, old != nil && n.hash == old.hash:
		return 0
	case n.age < -emptyTime: // by a clock that is ahead of ours
		return 0
	case n.content == "" && old != nil && old.content != "":
		return emptyTime - n.age
	}
	return quiet - n.age
}
