package bridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Bounds of housekeeping.
const (
	// ReplayHistory is how long what a replay found is kept, from its beginning.
	ReplayHistory = 90 * 24 * time.Hour
	// pruneRest is how long housekeeping rests between two commits, and busyBacklog
	// how much has to wait for it to rest longer.
	pruneRest   = 50 * time.Millisecond
	busyBacklog = 200
)

// Pruner removes what was kept long enough: see [Retention]. It reads from Store
// and hands what is to go to Prune and PruneReplays alone, one small commit at a
// time, so that it can be ended at any moment and goes on at the next pass.
type Pruner struct {
	Store  Store
	Config *Configuration
	// Prune and PruneReplays are those of the Store, or of the bridge that runs. nil:
	// nothing is removed, and it is told what would be.
	Prune        func(ctx context.Context, p Pruning) error
	PruneReplays func(ctx context.Context, before time.Time, leaf archive.Leaf) (int, error)
	// Rest is called between two commits; nil: nobody else is at work.
	Rest func(ctx context.Context) error
	// Turn is called before each step, of reading too; its error ends the pass. nil:
	// nobody else prunes.
	Turn func(ctx context.Context) error
	Now  time.Time
	most int // members of a family; 0: maxFamily
}

// Pruned is what a pass removed, or would.
type Pruned struct {
	Classes []PrunedClass `json:"classes"`
	Replays int           `json:"replays"` // rows of replays
}

// PrunedClass is what a pass did with one class.
type PrunedClass struct {
	Class string `json:"class"`
	// Before are the days before which it ended; zero: for ever.
	HistoryBefore time.Time `json:"historyBefore,omitzero"`
	OutboxBefore  time.Time `json:"outboxBefore,omitzero"`
	Events        int       `json:"events"`        // that went by themselves
	Families      int       `json:"families"`      // that went as a whole
	Transmissions int       `json:"transmissions"` // of those families
	// Kept counts files past their time that stay, since their family does.
	Kept map[string]int `json:"kept,omitempty"` // by reason
	// Oldest is when the oldest of what went had ended.
	Oldest time.Time `json:"oldest,omitzero"`
}

// Run makes one pass over everything.
func (p *Pruner) Run(ctx context.Context) (Pruned, error) {
	out := Pruned{Classes: []PrunedClass{}}
	for _, class := range slices.Sorted(maps.Keys(p.Config.Retention)) {
		r := p.Config.Retention[class]
		c := pruning{p: p, class: class, of: PrunedClass{Class: RetentionName(class), Kept: map[string]int{}}, judged: map[int64]string{}}
		var err error
		if r.Outbox > 0 {
			c.of.OutboxBefore = p.Now.Add(-r.Outbox)
			err = c.events(ctx)
		}
		if r.History > 0 && err == nil {
			c.of.HistoryBefore = p.Now.Add(-r.History)
			err = c.files(ctx)
		}
		out.Classes = append(out.Classes, c.of)
		if err != nil {
			return out, fmt.Errorf("prune class %s: %w", c.of.Class, err)
		}
	}
	var err error
	out.Replays, err = p.replays(ctx)
	return out, err
}

// replays removes what old jobs found.
func (p *Pruner) replays(ctx context.Context) (removed int, err error) {
	if p.PruneReplays == nil {
		return 0, nil
	}
	before := p.Now.Add(-ReplayHistory)
	for {
		leaf := archive.Leaf{Kind: archive.LeafPrune, Time: p.Now, ID: leafID(archive.LeafPrune, "replays", fmt.Sprint(p.Now.UnixNano(), " ", removed)),
			Retain: archive.Retain{Class: "replays", Until: dayOf(before)}}
		n, err := p.PruneReplays(ctx, before, leaf)
		if err != nil || n == 0 {
			return removed, err
		}
		removed += n
		if err := p.rest(ctx); err != nil {
			return removed, err
		}
	}
}

func (p *Pruner) rest(ctx context.Context) error {
	if p.Rest == nil {
		return ctx.Err()
	}
	return p.Rest(ctx)
}

func (p *Pruner) turn(ctx context.Context) error {
	if p.Turn == nil {
		return ctx.Err()
	}
	return p.Turn(ctx)
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// pruning is the pass over one class.
type pruning struct {
	p       *Pruner
	class   string
	of      PrunedClass
	waiting []family // that are decided, PruneAtOnce members at most
	members int      // of waiting
	// judged are members of large families by which they will be found again, by row,
	// with the reason to be counted then.
	judged map[int64]string
}

// family is what goes together: a member that others are causes of before those.
type family struct {
	members []member
	event   bool // one event by itself
}

type member struct {
	id    ID
	leaf  string
	at    time.Time
	event bool
}

// events removes single events.
func (c *pruning) events(ctx context.Context) error {
	return c.walk(ctx, EndedQuery{Retention: c.class, Events: true, Before: c.of.OutboxBefore}, func(e *Ended) error {
		if e.Needed {
			c.of.Kept["event"]++
			return nil
		}
		return c.add(ctx, family{[]member{{e.ID, e.Leaf, e.At, true}}, true})
	})
}

// files removes families whose members have all ended and were all kept long
// enough, each by its own class.
func (c *pruning) files(ctx context.Context) error {
	return c.walk(ctx, EndedQuery{Retention: c.class, Before: c.of.HistoryBefore}, func(e *Ended) error {
		if why, known := c.judged[e.Row]; known {
			delete(c.judged, e.Row)
			c.keep(why)
			return nil
		}
		kin, err := c.p.Store.Kin(ctx, e.ID, PruneAtOnce)
		switch {
		case err != nil || len(kin) == 0: // gone with another one's family
			return err
		case len(kin) > PruneAtOnce:
			return c.large(ctx, e, kin)
		}
		f, why := c.p.decide(kin, e.ID)
		if why == "" {
			why, err = c.p.spoken(ctx, kin)
		}
		if err != nil || why != "" {
			c.keep(why)
			return err
		}
		return c.add(ctx, f)
	})
}

// keep counts a family that stays.
func (c *pruning) keep(why string) {
	if why != "" && why != notFirst {
		c.of.Kept[why]++
	}
}

// walk visits what has ended, page by page, and removes what was decided to go.
func (c *pruning) walk(ctx context.Context, q EndedQuery, visit func(*Ended) error) error {
	q.Limit = PruneAtOnce
	for {
		if err := c.p.turn(ctx); err != nil {
			return err
		}
		page, err := c.p.Store.Ended(ctx, q)
		if err != nil {
			return err
		}
		for i := range page {
			if err := visit(&page[i]); err != nil {
				return err
			}
			q.After = page[i].Mark
		}
		if len(page) < q.Limit {
			return c.flush(ctx)
		}
	}
}

// Reasons for which a family stays. notFirst: it is judged when its oldest file is.
const (
	notFirst     = "-"
	keptOpen     = "open"    // something of it is not done: a dead letter, a quarantined file, an open acknowledgment
	keptYoung    = "young"   // something of it was not kept long enough
	keptForever  = "forever" // something of it is of a class that is kept for ever
	keptTooLarge = "large"   // it has more members than can be judged
	keptView     = "view"    // an order, a shipment or a stock is made of it
)

// decide says whether a family goes, or why not. file is the member by which it
// was found.
func (p *Pruner) decide(kin []Kin, file ID) (family, string) {
	var f family
	why, first := "", ID("")
	for i := range kin {
		k := &kin[i]
		if k.Direction == In {
			first = k.ID // causes come behind their effects
		}
		why = p.keeps(k, why)
		f.members = append(f.members, memberOf(k))
	}
	if first != file {
		return f, notFirst
	}
	return f, why
}

// keeps says why a family stays of which k is a member, if the others before it
// gave why.
func (p *Pruner) keeps(k *Kin, why string) string {
	r := p.Config.Retention[k.Retention].History
	switch {
	case !k.State.over() || k.Needed:
		return keptOpen
	case r == 0 && why != keptOpen:
		return keptForever
	case r > 0 && !k.Changed.Before(p.Now.Add(-r)) && why == "":
		return keptYoung
	}
	return why
}

func memberOf(k *Kin) member { return member{k.ID, k.Leaf, k.Changed, k.Kind == KindEvent} }

// add puts a family to those that wait, and removes them when they are many.
func (c *pruning) add(ctx context.Context, f family) error {
	if c.members+len(f.members) > PruneAtOnce {
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
	c.waiting, c.members = append(c.waiting, f), c.members+len(f.members)
	return nil
}

// flush removes what waits by one commit; where that is refused, since something
// of it has changed meanwhile, each family by its own.
func (c *pruning) flush(ctx context.Context) error {
	all := c.waiting
	c.waiting, c.members = nil, 0
	if len(all) == 0 {
		return nil
	}
	done, err := c.remove(ctx, all...)
	if done || err != nil {
		return err
	}
	for _, f := range all {
		if len(all) == 1 {
			break
		}
		if _, err := c.remove(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// remove removes families by one commit and counts them; false: it was refused.
func (c *pruning) remove(ctx context.Context, families ...family) (bool, error) {
	var members []member
	for i := range families {
		members = append(members, families[i].members...)
	}
	done, err := c.commit(ctx, members)
	if done {
		for i := range families {
			f := &families[i]
			c.count(f.members, f.event)
			if f.event {
				c.of.Events++
			} else {
				c.of.Families++
			}
		}
	}
	return done, err
}

// count counts members of families, or an event that goes by itself.
func (c *pruning) count(members []member, event bool) {
	for _, m := range members {
		// Where nothing goes, events that would have gone by themselves are still there.
		if !event && (c.p.Prune != nil || !m.event || !m.at.Before(c.of.OutboxBefore)) {
			c.of.Transmissions++
		}
		if c.of.Oldest.IsZero() || m.at.Before(c.of.Oldest) {
			c.of.Oldest = m.at
		}
	}
}

// commit removes members; false: something of them has changed.
func (c *pruning) commit(ctx context.Context, members []member) (bool, error) {
	if c.p.Prune == nil {
		return true, nil
	}
	before := c.of.HistoryBefore
	if before.IsZero() {
		before = c.of.OutboxBefore
	}
	p := Pruning{Leaf: archive.Leaf{Kind: archive.LeafPrune, Time: c.p.Now,
		Retain: archive.Retain{Class: RetentionName(c.class), Until: dayOf(before)}}}
	var about strings.Builder
	for _, m := range members {
		p.IDs, p.Leaf.Parents = append(p.IDs, m.id), append(p.Leaf.Parents, m.leaf)
		about.WriteString(string(m.id))
		if m.at.After(p.Through) {
			p.Through = m.at
		}
	}
	p.Leaf.ID = leafID(archive.LeafPrune, members[0].id, about.String())
	switch err := c.p.Prune(ctx, p); {
	case errors.Is(err, ErrConflict):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, c.p.rest(ctx)
}
