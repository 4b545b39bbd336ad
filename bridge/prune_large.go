package bridge

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// maxFamily bounds the members of a family that is pruned: of a larger one its
// events have to go first, by the outbox of its class. Of each member some
// 60 bytes are held while its family is judged.
const maxFamily = 1_000_000

// large judges a family that is too large for one commit, and removes it in steps:
// each reads, or removes, some of it. What is held between them is which rows it
// has, so that a pass that is broken off begins anew with what is left. some are
// members, e the file by which it was found: the others by which it would be found
// again are noted, so that a pass walks over a family once.
func (c *pruning) large(ctx context.Context, e *Ended, some []Kin) error {
	most := cmp.Or(c.p.most, maxFamily)
	rows, err := c.gather(ctx, some, most)
	if err != nil {
		return err
	}
	if len(rows) > most {
		for _, row := range rows {
			c.judged[row] = notFirst
		}
		delete(c.judged, e.Row)
		c.keep(keptTooLarge)
		return nil
	}
	first, why, err := c.judge(ctx, rows)
	switch {
	case err != nil:
		return err
	case first.Retention != c.class: // judged with that one
		delete(c.judged, e.Row)
		return nil
	case why == "":
		return c.shrink(ctx, rows)
	}
	c.judged[first.Row] = why
	if first.Row == e.Row {
		c.keep(why)
	}
	delete(c.judged, e.Row)
	return nil
}

// gather walks from some members of a family to all of it and gives their rows, the
// last stored first. Of more than most it gives more, and not all.
func (c *pruning) gather(ctx context.Context, some []Kin, most int) ([]int64, error) {
	family := map[int64]struct{}{}
	var next []int64
	add := func(row int64) {
		if _, known := family[row]; !known {
			family[row] = struct{}{}
			next = append(next, row)
		}
	}
	for i := range some {
		add(some[i].Row)
	}
	for len(next) > 0 && len(family) <= most {
		if err := c.p.turn(ctx); err != nil {
			return nil, err
		}
		part := slices.Clone(next[max(0, len(next)-PruneAtOnce):])
		next = next[:len(next)-len(part)]
		found, err := c.p.Store.Links(ctx, part, most+1)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			add(row)
		}
	}
	rows := slices.Sorted(maps.Keys(family))
	slices.Reverse(rows)
	return rows, nil
}

// judge says whether a family goes, or why not, and which is its oldest file. It
// notes the files of it that the walk will come to.
func (c *pruning) judge(ctx context.Context, rows []int64) (first Kin, why string, err error) {
	gone := map[string]bool{}
	err = c.eachKin(ctx, rows, func(k *Kin) (bool, error) {
		why = c.p.keeps(k, why)
		if k.Direction == In {
			first = *k
			if k.Retention == c.class {
				c.judged[k.Row] = notFirst
			}
		}
		if k.speaks() {
			gone[string(k.ID)] = true
		}
		return true, nil
	})
	if err != nil || why != "" || first.Retention != c.class {
		return first, why, err
	}
	err = c.eachKin(ctx, rows, func(k *Kin) (bool, error) {
		spoken, err := c.p.spokenBy(ctx, k, gone)
		if spoken {
			why = keptView
		}
		return !spoken, err
	})
	return first, why, err
}

// eachKin visits members that are there, the last stored first, until visit gives
// false.
func (c *pruning) eachKin(ctx context.Context, rows []int64, visit func(*Kin) (bool, error)) error {
	for part := range slices.Chunk(rows, PruneAtOnce) {
		if err := c.p.turn(ctx); err != nil {
			return err
		}
		kin, err := c.p.Store.KinOf(ctx, part)
		if err != nil {
			return err
		}
		for i := range kin {
			if on, err := visit(&kin[i]); !on || err != nil {
				return err
			}
		}
	}
	return nil
}

// shrink removes a family: again and again those of it that nothing follows from,
// PruneAtOnce by one commit, until it is gone or one of it has changed. A kill
// between two commits leaves a smaller family.
func (c *pruning) shrink(ctx context.Context, rows []int64) error {
	for len(rows) > 0 {
		var ends []member // that nothing follows from
		var causes []int64
		done, removed := true, 0
		err := c.eachKin(ctx, rows, func(k *Kin) (_ bool, err error) {
			switch {
			case c.p.keeps(k, "") != "":
				done = false
			case k.Effects && c.p.Prune != nil:
				causes = append(causes, k.Row)
			default:
				ends = append(ends, memberOf(k))
			}
			if len(ends) == PruneAtOnce {
				done, err = c.take(ctx, ends)
				ends, removed = nil, removed+PruneAtOnce
			}
			return done, err
		})
		if err == nil && done && len(ends) > 0 {
			done, err = c.take(ctx, ends)
			removed += len(ends)
		}
		if err != nil || !done || removed == 0 { // what follows from the rest came meanwhile
			return err
		}
		rows = causes
	}
	c.of.Families++
	return nil
}

// take removes some of a family by one commit and counts them; false: something of
// them has changed.
func (c *pruning) take(ctx context.Context, some []member) (bool, error) {
	done, err := c.commit(ctx, some)
	if done {
		c.count(some, false)
	}
	return done, err
}
