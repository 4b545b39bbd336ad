package check

import (
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// windows are the rules over orders, dates, places and bills of lading.
func (r *run) windows() {
	r.ladings()
	for _, number := range r.numbers {
		t := r.trades[number]
		for _, n := range t.notices {
			switch {
			case t.cancelled:
				r.say("notice.order-cancelled", at(n, ""), &Place{Kind: canonical.KindOrder, Number: number}, "order %s is cancelled", number)
			case t.order == nil && r.hasOrders():
				r.say("notice.order-unknown", at(n, ""), nil, "there is no order %s", number)
			case t.order != nil:
				r.window(n, t.order)
				r.shipTo(n, t.order)
			}
		}
	}
	for _, n := range r.notices {
		issued, ok := n.IssuedAt.Day()
		arrival, also := dateOf(n, "017", "17").Day()
		if ok && also && issued > arrival {
			r.say("notice.late", at(n, "/issuedAt"), nil, "sent on %s, the goods arrive on %s", issued, arrival)
		}
	}
}

// hasOrders reports whether the case knows any order: without, none is unknown.
func (r *run) hasOrders() bool {
	for _, t := range r.trades {
		if t.order != nil || t.cancelled {
			return true
		}
	}
	return false
}

// ladings checks that a bill of lading has one notice.
func (r *run) ladings() {
	first := map[string]*canonical.ShipmentNotice{}
	for _, n := range r.notices {
		for _, k := range canonical.Keys(n) {
			if k.Scheme != "bol" {
				continue
			}
			switch other := first[k.Value]; {
			case other == nil:
				first[k.Value] = n
			case other.ShipmentID != n.ShipmentID:
				r.say("notice.bol", at(n, ""), against(other, ""), "bill of lading %s has the notice %s already", k.Value, other.ShipmentID)
			}
		}
	}
}

// dateOf is a date of a notice, of the heading or of a shipment's level, by its
// code in X12 or EDIFACT.
func dateOf(n *canonical.ShipmentNotice, x12, edifact string) canonical.Date {
	if d := pick(n.Dates, n.Standard, x12, edifact); d != "" {
		return d
	}
	for i := range n.Levels {
		if d := pick(n.Levels[i].Dates, n.Standard, x12, edifact); d != "" {
			return d
		}
	}
	return ""
}

func pick(dates []canonical.DateEntry, standard, x12, edifact string) canonical.Date {
	scheme := x12
	if standard == "EDIFACT" {
		scheme = edifact
	}
	for i := range dates {
		if dates[i].Scheme == scheme {
			return dates[i].At
		}
	}
	return ""
}

// bound is a date of an order that bounds one of a notice.
type bound struct {
	rule         string
	x12, edifact string // its code
	date         canonical.Date
	last         bool // the latest day; else the earliest
	text         string
}

// window compares the ship and delivery dates with those of the order.
func (r *run) window(n *canonical.ShipmentNotice, o *canonical.Order) {
	shipped, arrives := dateOf(n, "011", "11"), dateOf(n, "017", "17")
	for _, b := range []bound{
		{"notice.window-early", "037", "37", shipped, false, "shipped on %s, not before %s"},
		{"notice.window-late", "038", "38", shipped, true, "shipped on %s, no later than %s"},
		{"notice.window-late", "001", "61", shipped, true, "shipped on %s, cancelled after %s"},
		{"notice.delivery-window", "064", "64", arrives, false, "arrives on %s, not before %s"},
		{"notice.delivery-window", "063", "63", arrives, true, "arrives on %s, no later than %s"},
	} {
		day, ok := b.date.Day()
		limit, also := pick(o.Dates, o.Standard, b.x12, b.edifact).Day()
		if ok && also && (b.last && day > limit || !b.last && day < limit) {
			r.say(b.rule, at(n, ""), against(o, ""), b.text, day, limit)
		}
	}
}

// shipTo compares whom goods go to with whom the order names, by identifiers of a
// scheme that both have.
func (r *run) shipTo(n *canonical.ShipmentNotice, o *canonical.Order) {
	wanted := places(o.Parties)
	for i := range o.Lines {
		wanted = append(wanted, places(o.Lines[i].Parties)...)
		for j := range o.Lines[i].StoreQuantities {
			wanted = append(wanted, o.Lines[i].StoreQuantities[j].Location)
		}
	}
	goes := places(n.Parties)
	for i := range n.Levels {
		goes = append(goes, places(n.Levels[i].Parties)...)
	}
	for _, id := range goes {
		same := func(w canonical.ID) bool { return w.Scheme == id.Scheme }
		if slices.ContainsFunc(wanted, same) && !slices.Contains(wanted, id) {
			r.say("notice.ship-to", at(n, ""), against(o, ""), "shipped to %s, which the order does not name", id.Value)
			return
		}
	}
}

// places are the identifiers of those whom goods go to.
func places(parties []canonical.Party) []canonical.ID {
	var ids []canonical.ID
	for i := range parties {
		p := &parties[i]
		if p.Role == "shipTo" || p.RoleCode == "ST" || p.RoleCode == "DP" {
			ids = append(ids, p.IDs...)
		}
	}
	return ids
}
