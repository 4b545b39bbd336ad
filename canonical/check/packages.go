package check

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// packages are the rules over packages and their numbers.
func (r *run) packages() {
	seen := map[string]Place{}
	for _, n := range r.notices {
		r.serials(n, seen)
		r.contents(n)
	}
}

// serials checks the SSCCs of a notice; seen has those of the case so far.
func (r *run) serials(n *canonical.ShipmentNotice, seen map[string]Place) {
	marked := map[string]bool{} // by pointer, right or wrong
	w := walker{visit: func(l *canonical.Level, pointer string) {
		for i := range l.Marks {
			m, place := &l.Marks[i], at(n, pointer+"/marks/"+strconv.Itoa(i))
			if !isSSCC(m.Scheme) {
				continue
			}
			marked[pointer] = true
			if _, err := canonical.SSCC(m.Value); err != nil {
				r.say("sscc.check-digit", place, nil, "SSCC %q %v", m.Value, reason(err))
				continue
			}
			r.unique(m.SSCC, place, seen)
		}
	}}
	w.levels(n.Levels, "/levels", 0)
	for i := range n.Packages {
		if p := &n.Packages[i]; len(marked) > 0 && !marked[p.Pointer] {
			r.say("sscc.missing", at(n, p.Pointer), nil, "the %s has no SSCC", p.Kind)
		}
	}
}

func (r *run) unique(sscc string, place Place, seen map[string]Place) {
	if first, ok := seen[sscc]; ok {
		r.say("sscc.unique", place, &first, "SSCC %s stands on another package too", sscc)
		return
	}
	seen[sscc] = place
	if r.c.SSCCUsed != nil && r.c.SSCCUsed(sscc) {
		r.say("sscc.unique", place, nil, "SSCC %s was on a package of another shipment", sscc)
	}
}

func isSSCC(scheme string) bool {
	return scheme == "GM" || scheme == "AA" || scheme == "BJ" || scheme == "AW"
}

// reason is an error without what it is about.
func reason(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return err
}

// contents checks that packages hold items and that items stand in packages.
func (r *run) contents(n *canonical.ShipmentNotice) {
	for i := range n.Packages {
		if p := &n.Packages[i]; len(p.Items) == 0 {
			r.say("package.empty", at(n, p.Pointer), nil, "the %s %s holds no item", p.Kind, p.SSCC)
		}
	}
	if len(n.Packages) == 0 {
		return
	}
	for i := range n.Items {
		if it := &n.Items[i]; len(it.Packages) == 0 && positive(it.Quantity.Value) {
			r.say("package.item-outside", at(n, it.Pointer), nil, "line %s stands in no package", it.LineID)
		}
	}
}

// counts are the rules over what a notice counts itself.
func (r *run) counts() {
	for _, n := range r.notices {
		r.lading(n)
		r.hash(n)
	}
}

// lading compares TD102 of the shipment's level with the packages that are listed.
func (r *run) lading(n *canonical.ShipmentNotice) {
	for i := range n.Levels {
		l := &n.Levels[i]
		if l.Kind != "shipment" {
			continue
		}
		for j := range l.Lading {
			t, kind := &l.Lading[j], ""
			switch {
			case strings.HasPrefix(t.Packaging, "CTN"):
				kind = "pack"
			case strings.HasPrefix(t.Packaging, "PLT"):
				kind = "tare"
			}
			listed := 0
			for k := range n.Packages {
				if n.Packages[k].Kind == kind {
					listed++
				}
			}
			want, ok := t.Count.Rat()
			if ok && listed > 0 && want.Cmp(big.NewRat(int64(listed), 1)) != 0 {
				r.say("package.count", at(n, "/levels/"+strconv.Itoa(i)+"/lading/"+strconv.Itoa(j)+"/count"), nil,
					"the shipment says %s (%s), it lists %d", t.Count, t.Packaging, listed)
			}
		}
	}
}

// hash compares CTT02 with the sum of SN102.
func (r *run) hash(n *canonical.ShipmentNotice) {
	if n.Totals == nil {
		return
	}
	want, ok := n.Totals.Hash.Rat()
	if !ok {
		return
	}
	total := new(big.Rat)
	for i := range n.Items {
		if q, ok := n.Items[i].Quantity.Value.Rat(); ok {
			total.Add(total, q)
		}
	}
	if total.Cmp(want) != 0 {
		r.say("notice.totals", at(n, "/totals/hash"), nil, "the hash total is %s, the items add up to %s", n.Totals.Hash, canonical.DecimalOf(total, 6))
	}
}

func positive(d canonical.Decimal) bool {
	q, ok := d.Rat()
	return ok && q.Sign() > 0
}

// maxDepth is how deep levels are walked, as [canonical.ShipmentNotice] indexes
// them.
const maxDepth = 16

// walker visits levels, depth first.
type walker struct {
	visit func(l *canonical.Level, pointer string)
}

func (w walker) levels(ls []canonical.Level, pointer string, depth int) {
	if depth > maxDepth {
		return
	}
	for i := range ls {
		p := pointer + "/" + strconv.Itoa(i)
		w.visit(&ls[i], p)
		w.levels(ls[i].Levels, p+"/levels", depth+1)
	}
}
