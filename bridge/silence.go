package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// listenEvery is how often it is looked whether one that is silent speaks again,
// or whether files that wait to be translated are its.
const listenEvery = time.Minute

// maxWaiting is how many files that wait to be translated are looked at.
const maxWaiting = 1000

// listener is one of whom something is expected.
type listener struct {
	name      string
	rule      *Traffic
	partner   *Partner
	agreement string
	events    []string
	onDead    OnDead
}

// listeners are all of a configuration.
func (c *Configuration) listeners() []listener {
	var all []listener
	for _, p := range c.Partners {
		if p.Traffic != nil {
			all = append(all, listener{name: p.ID, rule: p.Traffic, partner: p, events: c.Told(p), onDead: Pass})
		}
		for _, a := range p.Agreements {
			if a.Traffic != nil {
				all = append(all, listener{name: p.ID + "/" + a.Name, rule: a.Traffic, partner: p, agreement: a.Name, events: a.Events, onDead: Pass})
			}
		}
	}
	return all
}

// Told are the endpoints that are told of a partner's silence: those of the events
// of its agreements in production, and where there are none the alarms.
func (c *Configuration) Told(p *Partner) []string {
	var to []string
	for _, a := range p.Agreements {
		for _, e := range a.Events {
			if a.Mode == edi.Production && !slices.Contains(to, e) {
				to = append(to, e)
			}
		}
	}
	if len(to) == 0 {
		return c.Alarms
	}
	return to
}

// listening is when a process looks again, by the name and rule of a watch. It
// spares looking, and decides nothing.
type listening map[string]time.Time

// listen looks at all of whom something is due, and tells of how many something
// changed. What another process was faster with is left to that.
func (b *Bridge) listen(ctx context.Context, again listening) (int, error) {
	cfg, now := b.o.Config(), b.now()
	var due []listener
	for _, l := range cfg.listeners() {
		if at, known := again[l.name+" "+l.rule.String()]; !known || !now.Before(at) {
			due = append(due, l)
		}
	}
	if len(due) == 0 {
		return 0, nil
	}
	stored, err := b.o.Store.Watches(ctx)
	if err != nil {
		return 0, err
	}
	changed := 0
	for i := range due {
		l := &due[i]
		var was *Watch
		if at := slices.IndexFunc(stored, func(w Watch) bool { return w.Name == l.name }); at >= 0 {
			was = &stored[at]
		}
		next, told, err := b.listenTo(ctx, cfg, l, was, now)
		if errors.Is(err, ErrMoved) {
			continue
		}
		if err != nil {
			return changed, fmt.Errorf("listen to %s: %w", l.name, err)
		}
		if told {
			changed++
		}
		again[l.name+" "+l.rule.String()] = next
	}
	return changed, nil
}

// listenTo judges one and gives when to look again.
func (b *Bridge) listenTo(ctx context.Context, cfg *Configuration, l *listener, was *Watch, now time.Time) (time.Time, bool, error) {
	if was == nil || was.Rule != l.rule.String() {
		w := Watch{Name: l.name, Rule: l.rule.String(), Began: now, Heard: now, Due: l.rule.due(now, now), Version: 1}
		if was != nil {
			w.Version = was.Version + 1
		}
		return w.Due, false, b.o.Store.KeepWatch(ctx, Watched{Watch: w})
	}
	if was.Silent.IsZero() && now.Before(was.Due) {
		return was.Due, false, nil
	}
	heard, err := b.o.Store.Heard(ctx, l.partner.ID, l.agreement, was.Heard)
	if err != nil {
		return now, false, err
	}
	w, event := l.judge(was, heard, now)
	if w.Version == was.Version {
		return now.Add(listenEvery), false, nil
	}
	if event == canonical.EventPartnerSilent {
		if waits, err := b.waitsFrom(ctx, l.partner, w.Silent); err != nil || waits {
			return now.Add(listenEvery), false, err
		}
	}
	change := Watched{Watch: w}
	if event != "" {
		if err := b.traffic(ctx, cfg, l, &change, event, now); err != nil {
			return now, false, err
		}
	}
	if err := b.o.Store.KeepWatch(ctx, change); err != nil {
		return now, false, err
	}
	if event != "" {
		wake(b.deliverers.woken)
		b.o.Log.Warn("partner traffic", "watch", w.Name, "event", event, "heard", w.Heard, "rule", w.Rule)
	}
	if !w.Silent.IsZero() {
		return now.Add(listenEvery), true, nil
	}
	return w.Due, true, nil
}

// judge gives a watch as it becomes, and the type of the event that tells of it, ""
// none. heard is when something came behind was.Heard, zero: nothing did.
func (l *listener) judge(was *Watch, heard, now time.Time) (Watch, string) {
	w := *was
	if !heard.IsZero() {
		w.Heard = heard
	}
	at := w.Heard.Add(l.rule.Every)
	spoke := now.Before(at)
	if l.rule.Zone != nil {
		var before time.Time
		before, at = l.rule.passed(now)
		spoke = w.Heard.After(before) && w.Heard.After(w.Began)
	}
	switch {
	case !was.Silent.IsZero() && heard.IsZero():
		return w, ""
	case !was.Silent.IsZero():
		w.Silent, w.Due = time.Time{}, l.rule.due(w.Heard, now)
		w.Version++
		return w, canonical.EventPartnerHeard
	case spoke:
		w.Due = l.rule.due(w.Heard, now)
		w.Version++
		return w, ""
	}
	w.Silent = at
	w.Version++
	return w, canonical.EventPartnerSilent
}

// waitsFrom reports whether a file of a partner's that came before a time waits to
// be translated: it may be what was expected.
func (b *Bridge) waitsFrom(ctx context.Context, p *Partner, before time.Time) (bool, error) {
	waiting, err := b.o.Store.List(ctx, ListQuery{States: []State{Accepted}, Limit: maxWaiting})
	return slices.ContainsFunc(waiting, func(t Transmission) bool {
		return !t.Created.After(before) && slices.Contains(p.Access, Access{Endpoint: t.Endpoint, Peer: t.Peer})
	}), err
}

// trafficData is the data of the events about silence.
type trafficData struct {
	Partner   string    `json:"partner"`
	Agreement string    `json:"agreement,omitempty"`
	Expected  string    `json:"expected"` // the rule
	Heard     time.Time `json:"heard"`    // when something came last, or the watch began
	Since     time.Time `json:"since"`    // when the time was up
}

// traffic makes the events of a change. All of it is computed from the watch, so
// that it is the same by whatever process.
func (b *Bridge) traffic(ctx context.Context, cfg *Configuration, l *listener, w *Watched, typ string, now time.Time) error {
	since := w.Silent
	if since.IsZero() {
		since = w.Heard
	}
	text, err := json.Marshal(trafficData{l.partner.ID, l.agreement, w.Rule, w.Heard, since})
	if err != nil {
		return err
	}
	place := strings.Join([]string{typ, w.Name, fmt.Sprint(w.Version)}, "/")
	about := ID(w.Name + "/" + place) // a trace of its own begins with the change
	root := SpanContext{Trace: BeginTrace(about).ID, Span: about.Span()}
	ev := canonical.NewEvent(canonical.EventSource{Partner: l.partner.ID, Agreement: l.agreement, DocumentID: place, Time: since, Type: typ,
		Subject: "partner/" + w.Name, TraceParent: root.String(), Mode: string(edi.Production)}, text)
	told, err := announcementOf(ev, l.events)
	if err != nil {
		return err
	}
	f := &told.event
	f.Agreement, f.Created, f.OnDead, f.Config, f.Trace = l.agreement, now, l.onDead, cfg.Digest, ContinueTrace(root)
	f.Keys = []canonical.Key{{Scheme: "partner", Value: l.partner.ID}}
	w.Follows, w.Leaves, err = b.announce(ctx, told, ID(w.Name), place)
	return err
}
