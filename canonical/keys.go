package canonical

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Key is a business key by which a document is found: {po 4711}. Schemes: po, so
// (the seller's number of an order), invoice, shipment, bol, pro (the carrier's
// number), sscc, tracking, warehouseorder, receipt, adjustment, return, payment,
// inventory, activity, catalog, advice, control.
type Key struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

// Normal is the key as it is compared and indexed: without blanks around it, its
// scheme in lower case, its value in upper case and without leading zeros: one
// partner's 00004711 is another's 4711.
func (k Key) Normal() Key {
	k.Scheme = strings.ToLower(strings.TrimSpace(k.Scheme))
	k.Value = strings.ToUpper(strings.TrimSpace(k.Value))
	if v := strings.TrimLeft(k.Value, "0"); v != "" {
		k.Value = v
	}
	return k
}

// maxKeys bounds the keys of one document: a shipment has one a carton.
const maxKeys = 100_000

// Keys are the business keys of a document, each once, in the order in which the
// document has them: its own numbers (members with a struct tag "key"), the
// references whose scheme says what they are, and the numbers on packages.
func Keys(doc Document) []Key {
	k := keeper{edifact: doc.Head().edifact(), seen: map[Key]bool{}}
	k.walk(reflect.ValueOf(doc).Elem())
	return k.keys
}

// keeper collects keys.
type keeper struct {
	edifact bool
	keys    []Key
	seen    map[Key]bool
}

func (k *keeper) add(scheme, value string) {
	key := Key{scheme, strings.TrimSpace(value)}
	if scheme == "" || key.Value == "" || k.seen[key] || len(k.keys) >= maxKeys {
		return
	}
	k.seen[key] = true
	k.keys = append(k.keys, key)
}

// walk visits what keyPlans says may hold a key.
func (k *keeper) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			k.walk(v.Index(i))
		}
		return
	case reflect.Pointer:
		if !v.IsNil() {
			k.walk(v.Elem())
		}
		return
	case reflect.Struct:
	default:
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *Ref:
		k.add(refKey(p.Scheme, k.edifact), p.Value)
		return
	case *Mark:
		k.mark(p)
		return
	case *CarrierDetail:
		k.add(refKey(p.ReferenceScheme, k.edifact), p.Reference)
		return
	case *RemittanceItem:
		k.add(refKey(p.ReferenceScheme, false), p.Reference)
	case *AdvisedDocument:
		k.add(refKey(p.ReferenceScheme, k.edifact), p.Reference)
	}
	for _, f := range keyPlans()[v.Type()] {
		if f.scheme == "" {
			k.walk(v.Field(f.index))
		} else {
			k.add(f.scheme, v.Field(f.index).String())
		}
	}
}

func (k *keeper) mark(m *Mark) {
	k.add("sscc", m.SSCC)
	for _, r := range [...]MarkRange{{m.Scheme, m.Value, m.Through}, m.Second} {
		if r.Scheme == "CP" {
			k.add("tracking", r.Value)
		}
	}
}

// ReferenceKey is the scheme of [Key] that a reference with this qualifier is,
// "" for none: of X12 element 128, of "EDIFACT" 1153.
func ReferenceKey(standard, qualifier string) string {
	return refKey(qualifier, standard == "EDIFACT")
}

// refKey is the scheme of key that a reference is, "" for none. X12 element 128;
// EDIFACT 1153.
func refKey(scheme string, edifact bool) string {
	if edifact {
		switch scheme {
		case "ON":
			return "po"
		case "VN":
			return "so"
		case "IV":
			return "invoice"
		case "BM", "AAS":
			return "bol"
		case "CN":
			return "pro"
		case "AAK", "DQ":
			return "shipment"
		}
		return ""
	}
	switch scheme {
	case "PO":
		return "po"
	case "VN":
		return "so"
	case "IV", "CM":
		return "invoice"
	case "BM", "MB":
		return "bol"
	case "CN":
		return "pro"
	case "SI":
		return "shipment"
	}
	return ""
}

// keyField is a member to visit: a key where it has a scheme, else what may hold
// one.
type keyField struct {
	index  int
	scheme string
}

// keyPlans says for each type which members to visit.
var keyPlans = sync.OnceValue(func() map[reflect.Type][]keyField {
	plans := map[reflect.Type][]keyField{}
	for _, kind := range Kinds() {
		planKeys(reflect.TypeOf(New(kind)).Elem(), plans)
	}
	return plans
})

// planKeys plans a type and those within it. It reports whether the type may hold
// a key. One that holds itself is asked again while it is planned: it holds one if
// something else in it does.
func planKeys(t reflect.Type, plans map[reflect.Type][]keyField) bool {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	if plan, done := plans[t]; done {
		return plan == nil || len(plan) > 0 || slices.Contains(keyed(), t)
	}
	plans[t] = nil
	plan := []keyField{}
	for i := range t.NumField() {
		f := t.Field(i)
		if scheme := f.Tag.Get("key"); scheme != "" {
			plan = append(plan, keyField{i, scheme})
		} else if f.Type != reflect.TypeFor[Header]() && planKeys(f.Type, plans) {
			plan = append(plan, keyField{i, ""})
		}
	}
	plans[t] = plan
	return len(plan) > 0 || slices.Contains(keyed(), t)
}

// keyed are the types whose keys depend on a scheme.
func keyed() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[Ref](), reflect.TypeFor[Mark](), reflect.TypeFor[CarrierDetail](), reflect.TypeFor[RemittanceItem]()}
}
