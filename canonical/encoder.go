package canonical

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Append appends a document as one JSON object: what encoding/json writes, HTML
// characters left as they are, at a fraction of the cost.
func Append(dst []byte, doc Document) []byte {
	v := reflect.ValueOf(doc).Elem()
	plan := plans()[v.Type()]
	if plan == nil {
		plan = planOf(v.Type(), map[reflect.Type]*valuePlan{})
	}
	return plan.append(dst, v)
}

// plans are those of all kinds, worked out once.
var plans = sync.OnceValue(func() map[reflect.Type]*valuePlan {
	all := map[reflect.Type]*valuePlan{}
	for _, kind := range Kinds() {
		planOf(reflect.TypeOf(New(kind)).Elem(), all)
	}
	return all
})

// valuePlan is how values of one type are written.
type valuePlan struct {
	append func(dst []byte, v reflect.Value) []byte
	zero   func(v reflect.Value) bool // says nothing at all: omitzero
	empty  func(v reflect.Value) bool // omitempty
}

// memberPlan is one member of an object.
type memberPlan struct {
	name  string // with quotes and colon
	index []int
	plan  *valuePlan
	omit  byte // 'z' omitzero, 'e' omitempty, 0 never
}

// planOf works out a type; seen has those that are being worked out, since
// types hold themselves.
func planOf(t reflect.Type, seen map[reflect.Type]*valuePlan) *valuePlan {
	if p := seen[t]; p != nil {
		return p
	}
	p := &valuePlan{zero: reflect.Value.IsZero, empty: func(reflect.Value) bool { return false }}
	seen[t] = p
	marshaler := reflect.TypeFor[json.Marshaler]()
	switch kind := t.Kind(); {
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		p.append = appendOther
	case kind == reflect.String:
		p.append = func(dst []byte, v reflect.Value) []byte { return appendText(dst, v.String()) }
		p.empty = func(v reflect.Value) bool { return v.Len() == 0 }
		p.zero = p.empty
	case kind == reflect.Slice:
		elem := planOf(t.Elem(), seen)
		p.append = func(dst []byte, v reflect.Value) []byte { return appendArray(dst, v, elem) }
		p.empty, p.zero = func(v reflect.Value) bool { return v.Len() == 0 }, reflect.Value.IsNil
	case kind == reflect.Pointer:
		elem := planOf(t.Elem(), seen)
		p.append = func(dst []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(dst, "null"...)
			}
			return elem.append(dst, v.Elem())
		}
		p.empty, p.zero = reflect.Value.IsNil, reflect.Value.IsNil
	case kind == reflect.Struct:
		members := membersOf(t, nil, seen)
		p.append = func(dst []byte, v reflect.Value) []byte { return appendObject(dst, v, members) }
		p.zero = func(v reflect.Value) bool {
			return !slices.ContainsFunc(members, func(m memberPlan) bool { return !m.plan.zero(m.get(v)) })
		}
	default:
		planScalar(t, p)
	}
	return p
}

// planScalar works out numbers, truth values and maps of texts.
func planScalar(t reflect.Type, p *valuePlan) {
	switch t.Kind() {
	case reflect.Bool:
		p.append = func(dst []byte, v reflect.Value) []byte { return strconv.AppendBool(dst, v.Bool()) }
		p.empty = reflect.Value.IsZero
	case reflect.Int, reflect.Int64, reflect.Int32:
		p.append = func(dst []byte, v reflect.Value) []byte { return strconv.AppendInt(dst, v.Int(), 10) }
		p.empty = reflect.Value.IsZero
	case reflect.Map:
		p.append = appendOther
		p.empty = func(v reflect.Value) bool { return v.Len() == 0 }
	default:
		p.append = appendOther
	}
}

// membersOf lists the members of an object; those of embedded structs stand
// among them.
func membersOf(t reflect.Type, index []int, seen map[reflect.Type]*valuePlan) []memberPlan {
	var all []memberPlan
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		tag := f.Tag.Get("json")
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			all = append(all, membersOf(f.Type, at, seen)...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		m := memberPlan{name: string(appendText(nil, name)) + ":", index: at, plan: planOf(f.Type, seen)}
		switch options {
		case "omitempty":
			m.omit = 'e'
		case "omitzero":
			m.omit = 'z'
		}
		all = append(all, m)
	}
	return all
}

func (m *memberPlan) get(v reflect.Value) reflect.Value {
	for _, i := range m.index {
		v = v.Field(i)
	}
	return v
}

func appendObject(dst []byte, v reflect.Value, members []memberPlan) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for i := range members {
		m := &members[i]
		f := m.get(v)
		if m.omit == 'e' && m.plan.empty(f) || m.omit == 'z' && m.plan.zero(f) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = m.plan.append(append(dst, m.name...), f)
	}
	return append(dst, '}')
}

func appendArray(dst []byte, v reflect.Value, elem *valuePlan) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = elem.append(dst, v.Index(i))
	}
	return append(dst, ']')
}

// appendOther leaves what documents have little of to encoding/json. Nothing that
// a document holds can fail.
func appendOther(dst []byte, v reflect.Value) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v.Interface()); err != nil {
		return append(dst, "null"...)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// appendText appends a text in quotes (RFC 8259 section 7). Bytes that are no
// UTF-8 become U+FFFD; U+2028 and U+2029 are escaped, as JavaScript needs it.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || n > 1) {
				i += n
				continue
			}
			dst = append(append(dst, s[start:i]...), `\u`...)
			switch r {
			case '\u2028':
				dst = append(dst, "2028"...)
			case '\u2029':
				dst = append(dst, "2029"...)
			default:
				dst = append(dst, "fffd"...)
			}
			i += n
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendEscaped(dst, c)
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscaped(dst []byte, c byte) []byte {
	if i := strings.IndexByte("\"\\\b\f\n\r\t", c); i >= 0 {
		return append(dst, '\\', `"\bfnrt`[i])
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
