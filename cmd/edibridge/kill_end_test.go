package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/canonical"
)

// What partners and the application hold against what they were promised, when a
// world has ended.

// mailbox fetches what lies there as the partners do, and has each read it.
func (w *world) mailbox() {
	w.t.Helper()
	w.sites = w.sites[:1] // the only one that lives
	must(w.t, w.collect())
	var acme, globex []interchange
	answered := map[string]bool{} // a file that came again is answered again, by the same bytes
	for _, text := range w.got {
		ic := readInterchange(text)
		if len(ic.invoices) > 0 || !answered[text] {
			acme = append(acme, ic)
		}
		answered[text] = true
	}
	for _, text := range w.wire.all() {
		globex = append(globex, readInterchange(text))
	}
	files := map[string]string{} // by control number
	for po, control := range w.acked {
		files[strconv.Itoa(control)] = po
	}
	w.read("acme", acme, files)
	files = map[string]string{}
	for i := range w.spoke {
		files[strconv.Itoa(i+1)] = seldomOrder(i + 1)
	}
	w.read("globex", globex, files)
	w.bigAnswered()
}

// read holds what a partner has got against what he was promised: control numbers
// without a gap (but for one that waits to be given), an answer to each of his files, and the invoices that are for him.
func (w *world) read(partner string, got []interchange, files map[string]string) {
	w.t.Helper()
	slices.SortFunc(got, func(a, b interchange) int { return cmp.Compare(a.number, b.number) })
	next := 1
	for _, ic := range got {
		if ic.number < next {
			w.t.Fatalf("%s: number %d where %d comes", partner, ic.number, next)
		}
		for ; next < ic.number; next++ {
			w.unused(partner, next)
		}
		next++
		if len(ic.bad) > 0 {
			w.t.Errorf("%s: number %d says %v", partner, ic.number, ic.bad)
		}
		for _, group := range ic.answers {
			delete(files, group)
		}
	}
	for _, name := range files {
		w.t.Errorf("%s: the file of %s was taken and never answered", partner, name)
	}
	w.together(partner, got)
	w.once(partner, got)
}

// unused checks of a number that a partner did not get that nobody has it: who
// comes next does. Where all leaves in the order of its numbers there is none.
func (w *world) unused(partner string, value int) {
	w.t.Helper()
	store := w.open(sqlstore.Options{ReadOnly: true})
	defer store.Close()
	all, err := store.Numbers(w.t.Context(), int64(value))
	must(w.t, err)
	const series = "ISA ZZ/EDIBRIDGE ZZ/ACMERETAIL production"
	if partner != "acme" || !slices.ContainsFunc(all, func(n bridge.Number) bool { return n.Series == series && n.State == bridge.NumberFree }) {
		w.t.Errorf("%s: number %d never came, and is not free: %+v", partner, value, all)
	}
}

// together checks which invoices left in one interchange: as many as was agreed, in
// the order in which they were handed in, and where a partner gets all in their
// order so do those of all interchanges of an agreement. got is by number.
func (w *world) together(partner string, got []interchange) {
	w.t.Helper()
	many, last := 0, map[string]string{} // the last invoice of an agreement
	for _, ic := range got {
		if !slices.IsSorted(ic.invoices) {
			w.t.Errorf("%s: number %d has invoices %v", partner, ic.number, ic.invoices)
		}
		for _, number := range ic.invoices {
			by := w.handed[number]
			if by == "globex/alone" && len(ic.invoices) > 1 || by == "globex/together" && len(ic.invoices) > togetherCount {
				w.t.Errorf("%s: number %d has %d invoices of %s", partner, ic.number, len(ic.invoices), by)
			}
			if partner == "globex" && number < last[by] && !w.late[number] {
				w.t.Errorf("%s: number %d has invoice %s of %s, which is behind %s", partner, ic.number, number, by, last[by])
			}
			last[by] = number
		}
		if len(ic.invoices) > 1 {
			many++
		}
	}
	if many == 0 && len(w.handed) > 0 {
		w.t.Errorf("%s: no two invoices left together", partner)
	}
	w.t.Logf("%s has %d interchanges, %d of them with several invoices", partner, len(got), many)
}

// once checks that each invoice for a partner that the bridge has left in one
// interchange.
func (w *world) once(partner string, got []interchange) {
	w.t.Helper()
	in := map[string]int{}
	for _, ic := range got {
		for _, number := range ic.invoices {
			in[number]++
		}
	}
	for number, by := range w.handed {
		if !strings.HasPrefix(by, partner+"/") {
			continue
		}
		if n := in[number]; n != 1 && (n == 0 || !w.late[number]) {
			w.t.Errorf("invoice %s left in %d interchanges, want 1", number, n)
		}
		delete(in, number)
	}
	// One that nobody was told of may be in custody all the same: the last.
	if len(in) > 1 {
		w.t.Errorf("%s has %d invoices that nobody handed in: %v", partner, len(in), in)
	}
}

// bigAnswered fetches the answers to big files, of which the first has to be there.
func (w *world) bigAnswered() {
	w.t.Helper()
	must(w.t, w.collectBig())
	all := fmt.Sprintf("AK9*A*%d*%d*%d", w.sets, w.sets, w.sets)
	smaller := fmt.Sprintf("AK9*A*%d*%d*%d", smallerFile, smallerFile, smallerFile)
	first := 0
	for name, body := range w.answers {
		if strings.Contains(string(body), all) {
			first++
		} else if !strings.Contains(string(body), smaller) {
			w.t.Errorf("%s does not accept all sets of its file", name)
		}
	}
	if first == 0 {
		w.t.Error("the big file was never answered")
	}
}

// effects holds what the application got against what was promised.
func (w *world) effects() {
	w.t.Helper()
	late := 0
	for po := range w.acked {
		if n := len(w.app.bySubject("order/" + po)); n != 1 && (n == 0 || !w.late[po]) {
			w.t.Errorf("order %s has %d distinct events, want 1", po, n)
		} else {
			late += n - 1
		}
	}
	for i := range w.spoke { // of a class that is kept: late or not, they are known
		if po := seldomOrder(i + 1); len(w.app.bySubject("order/"+po)) != 1 {
			w.t.Errorf("order %s has %d distinct events, want 1", po, len(w.app.bySubject("order/"+po)))
		}
	}
	_, calls, forged := w.app.counts()
	if forged > 0 {
		w.t.Errorf("%d requests with a wrong signature", forged)
	}
	events := w.app.about("order/K")
	// A file whose close was cut off may be in custody all the same: at most the
	// one that each sender was at.
	if extra := len(events) - late - len(w.acked); extra < 0 || extra > killSenders {
		w.t.Errorf("%d events for %d orders", len(events), len(w.acked))
	}
	w.t.Logf("%d orders taken, %d events in %d calls", len(w.acked), len(events), calls)
}

// about gives the distinct events about subjects that begin so.
func (a *simApp) about(prefix string) []appEvent {
	a.mu.Lock()
	defer a.mu.Unlock()
	var es []appEvent
	for _, id := range a.order {
		if strings.HasPrefix(a.events[id].Subject, prefix) {
			es = append(es, a.events[id])
		}
	}
	return es
}

// quietLife is how long a bridge is given to see that globex is silent. One that
// found a file that may speak for globex looks again in a minute only.
const quietLife = 3 * time.Second

// untilQuiet has bridges live until it was told that globex, who sends nothing
// more, is silent, and until something was pruned if anything is.
func (w *world) untilQuiet(ctx context.Context, store *sqlstore.Store) {
	w.t.Helper()
	for !w.toldSilent(ctx, store) {
		w.sites[0].process.stop(w.t)
		w.start(w.sites[0], "")
		life, cancel := context.WithTimeout(ctx, quietLife)
		err := await(life, func() bool { return w.toldSilent(ctx, store) })
		cancel()
		if err != nil && ctx.Err() != nil {
			w.t.Fatal("globex is silent, and nobody is told: ", err)
		}
	}
	if err := await(ctx, func() bool { return w.keep == 0 || w.audit(store).pruned > 0 }); err != nil {
		w.t.Fatal("nothing is pruned: ", err)
	}
}

// toldSilent reports whether the application was told that globex is silent, and
// nothing came since.
func (w *world) toldSilent(ctx context.Context, store *sqlstore.Store) bool {
	w.t.Helper()
	all, err := store.Watches(ctx)
	must(w.t, err)
	at := slices.IndexFunc(all, func(w bridge.Watch) bool { return w.Name == "globex" })
	if at < 0 || all[at].Silent.IsZero() {
		return false
	}
	heard, err := store.Heard(ctx, "globex", "", all[at].Heard)
	must(w.t, err)
	n, err := store.Counts(ctx)
	must(w.t, err)
	return heard.IsZero() && n[bridge.Pending]+n[bridge.Attempted] == 0
}

// untilOverdue waits until all that acme never acknowledged is overdue, and the
// application was told.
func (w *world) untilOverdue(ctx context.Context, store *sqlstore.Store) {
	w.t.Helper()
	err := await(ctx, func() bool {
		awaited, err := store.Expectations(ctx, bridge.ExpectationQuery{Partner: "acme", States: []bridge.ExpectationState{bridge.ExpectAwaited}})
		must(w.t, err)
		n, err := store.Counts(ctx)
		must(w.t, err)
		return len(awaited)+n[bridge.Pending]+n[bridge.Attempted] == 0
	})
	if err != nil {
		w.t.Fatal("acme acknowledges nothing, and nobody is told: ", err)
	}
}

// overdue checks that the application was told once of each invoice that acme did
// not acknowledge.
func (w *world) overdue() {
	w.t.Helper()
	for number, by := range w.handed {
		told := w.app.bySubject("invoice/" + number)
		if by != "acme/invoices" {
			if len(told) > 0 {
				w.t.Errorf("%d events about invoice %s of %s, want none", len(told), number, by)
			}
			continue
		}
		if len(told) != 1 || told[0].Type != canonical.EventAcknowledgmentOverdue {
			w.t.Errorf("%d events about invoice %s, want one that its acknowledgment is overdue: %v", len(told), number, told)
		}
	}
}

// silence is what the application is told of silence, and of its end.
type silence struct {
	typ   string
	Heard time.Time
	Since time.Time
}

// silences holds what the application was told of globex's silence against itself,
// and against when globex sent: each silence once, behind something that came or
// the beginning, and its end once, by something that came behind that; the last is
// silence. When clocks are right nothing came while it was silent.
func (w *world) silences() {
	w.t.Helper()
	var all []silence
	for _, e := range w.app.about("partner/globex") {
		s := silence{typ: e.Type}
		must(w.t, json.Unmarshal(e.Data, &s))
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b silence) int { // the end by something comes before the silence behind it
		return cmp.Or(a.Heard.Compare(b.Heard), cmp.Compare(a.typ, b.typ))
	})
	for i, s := range all {
		want := canonical.EventPartnerSilent
		if i%2 == 1 {
			want = canonical.EventPartnerHeard
		}
		if s.typ != want || s.typ == canonical.EventPartnerHeard && !s.Heard.After(all[i-1].Heard) {
			w.t.Fatalf("the %d. of what was told of globex is %s, behind what came at %v, want %s:\n%v", i+1, s.typ, s.Heard, want, all)
		}
		for _, sent := range w.spoke {
			if w.clocks == nil && want == canonical.EventPartnerSilent && sent.from.After(s.Heard) && sent.to.Before(s.Since) {
				w.t.Errorf("silent from %v to %v, and a file came from %v to %v", s.Heard, s.Since, sent.from, sent.to)
			}
		}
	}
	if len(all)%2 == 0 {
		w.t.Errorf("globex is silent, and the last of what was told is something else:\n%v", all)
	}
	w.t.Logf("globex sent %d files and was silent %d times", len(w.spoke), (len(all)+1)/2)
}

// audited is what a world counts of what is stored.
type audited struct {
	pruned int // Transmissions
	kept   int // files of the class that is kept
	open   int // invoices for acme, who still owes an acknowledgment of each
}

func (w *world) audit(store *sqlstore.Store) audited {
	w.t.Helper()
	var a audited
	must(w.t, store.Audit(w.t.Context(), func(r bridge.Record) error {
		if t := r.Transmission; t != nil && t.Direction == bridge.In && t.Retention == "kept" {
			a.kept++
		}
		if t := r.Transmission; t != nil && t.Kind == bridge.KindDocument && t.Partner == "acme" {
			a.open++
		}
		if r.Leaf == nil {
			return nil
		}
		leaf, err := archive.ParseLeaf(r.Leaf.Text)
		if err == nil && leaf.Kind == archive.LeafPrune {
			a.pruned += len(leaf.Parents)
		}
		return err
	}))
	return a
}

// housekept holds what is left against what had to stay.
func (w *world) housekept() {
	w.t.Helper()
	store := w.open(sqlstore.Options{ReadOnly: true})
	defer store.Close()
	a := w.audit(store)
	if a.kept < len(w.spoke) {
		w.t.Errorf("of %d files that are kept for ever %d are there", len(w.spoke), a.kept)
	}
	open := 0
	for _, by := range w.handed {
		if by == "acme/invoices" {
			open++
		}
	}
	if a.open < open {
		w.t.Errorf("of %d invoices that are still to be acknowledged %d are there", open, a.open)
	}
	if w.keep == 0 && a.pruned > 0 {
		w.t.Errorf("%d were pruned before their time", a.pruned)
	}
	w.t.Logf("%d were pruned; %d invoices are overdue", a.pruned, open)
}
