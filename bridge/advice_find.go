package bridge

import (
	"context"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/x12"
)

// find gives the documents of ours that an application speaks of: by the control
// numbers of group and set where those lead to what it names, else by the business
// numbers. More than one: it cannot be told which.
func (s *advice) find(ctx context.Context, a *advised) ([]sent, error) {
	if a.group != "" {
		found, err := s.inGroup(ctx, a)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	var found []sent
	for _, r := range a.refs {
		more, err := s.carriers(ctx, r, a.set)
		if err != nil {
			return nil, err
		}
		switch both := common(found, more); {
		case len(found) == 0:
			found = more
		case len(both) > 0:
			found = both
		}
		if len(found) == 1 {
			break
		}
	}
	return found, nil
}

// common are those of a that b has too.
func common(a, b []sent) []sent {
	return slices.DeleteFunc(slices.Clone(a), func(one sent) bool {
		return !slices.ContainsFunc(b, func(o sent) bool { return o.es[0].Document == one.es[0].Document })
	})
}

// inGroup gives the documents of the group that is named, with the control number
// that is named. Numbers start again: an interchange that carries other business
// numbers of the scheme than the one that is spoken of is another one.
func (s *advice) inGroup(ctx context.Context, a *advised) ([]sent, error) {
	functional := ""
	if a.set != "" {
		functional = x12.Functional(a.set)
	}
	at := functional + " " + plainControl(a.group)
	all, known := s.groups[at]
	if !known {
		by := s.a
		by.group, by.functional = a.group, functional
		out, es, err := s.t.matching(ctx, &by)
		if err != nil {
			return nil, err
		}
		all = byDocument(out, es)
		s.groups[at] = all
	}
	var found []sent
	for _, one := range all {
		if (a.control == "" || plainControl(one.es[0].Control) == plainControl(a.control)) && !one.contradicts(a.refs[0]) {
			found = append(found, one)
		}
	}
	return found, nil
}

// plainControl is a control number without the padding that partners add or drop.
func plainControl(control string) string { return strings.TrimLeft(control, "0 ") }

// contradicts reports whether the interchange carries keys of the scheme, and none
// of them is the one that is named.
func (s *sent) contradicts(r businessNumber) bool {
	some := false
	for _, k := range s.out.Keys {
		if k.Scheme != r.scheme {
			continue
		}
		if normalValue(k.Value) == normalValue(r.value) {
			return false
		}
		some = true
	}
	return some
}

// byDocument divides what is expected for an interchange by its documents.
func byDocument(out *Transmission, es []Expectation) []sent {
	var all []sent
	at := map[string]int{}
	for _, e := range es {
		i, there := at[e.Document]
		if !there {
			i, all = len(all), append(all, sent{out: out})
			at[e.Document] = i
		}
		all[i].es = append(all[i].es, e)
	}
	return all
}

// carriers gives the documents of ours that the partner may know and that carry a
// business number; set is "" for any. Those whose own number it is are meant
// before those that refer to it.
func (s *advice) carriers(ctx context.Context, r businessNumber, set string) ([]sent, error) {
	if r.value == "" {
		return nil, nil
	}
	ids, err := s.t.b.o.Store.Find(ctx, canonical.Key{Scheme: r.scheme, Value: r.value}, maxCarriers)
	if err != nil {
		return nil, err
	}
	var own, others []sent
	for _, id := range ids {
		all, err := s.knownTo(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if set != "" && one.es[0].Set != set {
				continue
			}
			is, carries, err := s.carries(ctx, &one, r)
			switch {
			case err != nil:
				return nil, err
			case is:
				own = append(own, one)
			case carries:
				others = append(others, one)
			}
		}
	}
	if len(own) > 0 {
		return own, nil
	}
	return others, nil
}

// knownTo gives the documents of an interchange that the partner may know, none
// where it is not his, of another mode, or was never tried.
func (s *advice) knownTo(ctx context.Context, id ID) ([]sent, error) {
	t := s.t
	out, err := t.b.o.Store.Transmission(ctx, id)
	if err != nil || out.Kind != KindInterchange || out.Partner != t.ic.partner.ID || out.Mode != t.ic.Mode || out.Standard != t.ic.Standard {
		return nil, err
	}
	if was, err := t.wasSent(ctx, &out); err != nil || !was {
		return nil, err
	}
	es, err := t.b.o.Store.Expectations(ctx, ExpectationQuery{Owes: OwedToUs, Transmission: id, Limit: maxSettled})
	if err != nil {
		return nil, err
	}
	return byDocument(&out, t.asSettled(es)), nil
}

// carries reports whether a number is the document's own (that of its subject, or
// of its interchange), and whether the document carries it. A reference that does
// not say what it is has to be its own.
func (s *advice) carries(ctx context.Context, one *sent, r businessNumber) (own, carries bool, err error) {
	e := &one.es[0]
	_, number, _ := strings.Cut(e.Subject, "/")
	switch is := normalValue(number) == normalValue(r.value); {
	case r.scheme == "":
		return is || plainControl(e.Interchange) == plainControl(r.value), false, nil
	case is:
		own = true
	}
	for _, cause := range one.out.Causes {
		for d, err := range s.t.b.o.Store.Documents(ctx, DocumentQuery{Transmission: cause}) {
			if err != nil {
				return false, false, err
			}
			if d.ID == e.Document && slices.ContainsFunc(d.Keys, func(k canonical.Key) bool {
				return k.Scheme == r.scheme && normalValue(k.Value) == normalValue(r.value)
			}) {
				return own, true, nil
			}
		}
	}
	return false, false, nil
}

// asSettled gives expectations as this slice has settled them.
func (t *translation) asSettled(es []Expectation) []Expectation {
	for i := range es {
		if have, ok := t.s.settled[es[i].ID]; ok {
			es[i] = have
		}
	}
	return es
}
