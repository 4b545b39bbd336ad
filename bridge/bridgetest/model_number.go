package bridgetest

import (
	"context"
	"fmt"
	"strconv"

	"github.com/edibridge/edibridge/bridge"
)

func (m *model) reserve(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil {
		return nil
	}
	owner := bridge.ID(strconv.Itoa(m.draw("owner", 6)))
	got, err := m.s.Reserve(ctx, h.Claim, []bridge.Scope{{Series: "ISA", For: owner, Max: 4}})
	if h.stale() {
		return agree(err, bridge.ErrStale)
	}
	if err != nil {
		return err
	}
	want := m.number(owner, h.of)
	if n := got[0]; n.Epoch != want/4 || n.Value != want%4+1 {
		return fmt.Errorf("got %+v, want epoch %d, value %d", n, want/4, want%4+1)
	}
	return nil
}

// modelNumber is a number that is reserved for its owner, or free.
type modelNumber struct {
	nth  int64 // from 0; four of them are an epoch
	by   *thing
	free bool
}

// number is which one an owner gets: its own, else the lowest free one of the
// epoch, else a new one.
func (m *model) number(owner bridge.ID, by *thing) int64 {
	n := m.reserved[owner]
	if n == nil {
		n = &modelNumber{nth: m.given}
		from := owner
		for id, other := range m.reserved {
			if other.free && other.nth/4 == (m.given-1)/4 && other.nth < n.nth {
				n, from = other, id
			}
		}
		delete(m.reserved, from)
		m.reserved[owner] = n
		if n.nth == m.given {
			m.given++
			n.by = by
		}
	}
	if n.free {
		n.free, n.by = false, by
	}
	return n.nth
}
