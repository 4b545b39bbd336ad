package celexpr

import (
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// provider tells CEL what our documents are, by their JSON names.
type provider struct {
	*types.Registry
	structs map[string]reflect.Type
	fields  map[reflect.Type][]field
}

// field is one member of a struct.
type field struct {
	name  string
	index []int
	typ   reflect.Type
}

// get gives the member, zero when an object on the way is not there.
func (f *field) get(obj reflect.Value) reflect.Value {
	for _, i := range f.index {
		if obj.Kind() == reflect.Pointer {
			if obj.IsNil() {
				return reflect.Zero(f.typ)
			}
			obj = obj.Elem()
		}
		obj = obj.Field(i)
	}
	return obj
}

func newProvider(roots ...reflect.Type) (*provider, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("celexpr: %w", err)
	}
	p := &provider{Registry: registry, structs: map[string]reflect.Type{}, fields: map[reflect.Type][]field{}}
	for _, t := range roots {
		p.learn(t)
	}
	return p, nil
}

// learn notes a type and all that it holds.
func (p *provider) learn(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if _, ok := p.fields[t]; ok || t.Kind() != reflect.Struct {
		return
	}
	p.structs[structName(t)] = t
	p.fields[t] = nil
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || f.Anonymous || !f.IsExported() {
			continue
		}
		fields = append(fields, field{name, f.Index, f.Type})
		p.learn(f.Type)
	}
	p.fields[t] = fields
}

func structName(t reflect.Type) string { return "edibridge." + t.Name() }

func (p *provider) members(t reflect.Type) []field { return p.fields[t] }

func (p *provider) member(t reflect.Type, name string) (*field, bool) {
	fields := p.fields[t]
	for i := range fields {
		if fields[i].name == name {
			return &fields[i], true
		}
	}
	return nil, false
}

// typeOf is the type of CEL for a type of ours.
func (p *provider) typeOf(t reflect.Type) *cel.Type {
	switch t.Kind() {
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			return p.typeOf(t.Elem())
		}
	case reflect.Struct:
		return cel.ObjectType(structName(t), traits.IndexerType|traits.FieldTesterType)
	case reflect.Slice:
		return cel.ListType(p.typeOf(t.Elem()))
	case reflect.Map:
		return cel.MapType(p.typeOf(t.Key()), p.typeOf(t.Elem()))
	case reflect.String:
		return cel.StringType
	case reflect.Bool:
		return cel.BoolType
	case reflect.Int, reflect.Int64:
		return cel.IntType
	}
	return cel.DynType
}

// FindStructType implements the provider of CEL.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if t, ok := p.structs[name]; ok {
		return types.NewTypeTypeWithParam(p.typeOf(t)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames implements the provider of CEL.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	t, ok := p.structs[name]
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	var names []string
	for _, f := range p.fields[t] {
		names = append(names, f.name)
	}
	return names, true
}

// FindStructFieldType implements the provider of CEL.
func (p *provider) FindStructFieldType(name, member string) (*types.FieldType, bool) {
	t, ok := p.structs[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, member)
	}
	f, ok := p.member(t, member)
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type: p.typeOf(f.typ),
		IsSet: func(target any) bool {
			v, ok := target.(reflect.Value)
			return ok && !f.get(v).IsZero()
		},
		GetFrom: func(target any) (any, error) {
			v, ok := target.(reflect.Value)
			if !ok {
				return nil, fmt.Errorf("no %s", name)
			}
			return p.value(f.get(v)), nil
		},
	}, true
}

// NativeToValue implements the adapter of CEL.
func (p *provider) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case ref.Val:
		return v
	case reflect.Value:
		return p.value(v)
	case string, bool, int, int64, map[string]string:
		return p.Registry.NativeToValue(v)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String || v.Kind() == reflect.Struct && p.fields[v.Type()] != nil {
		return p.value(v)
	}
	return p.Registry.NativeToValue(value)
}

// value is a value of ours in CEL.
func (p *provider) value(v reflect.Value) ref.Val {
	switch v.Kind() {
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.Struct {
			if v.IsNil() {
				return p.value(reflect.Zero(v.Type().Elem()))
			}
			return p.value(v.Elem())
		}
		if v.IsNil() {
			return types.NullValue
		}
		return p.value(v.Elem())
	case reflect.String:
		return types.String(v.String())
	case reflect.Bool:
		return types.Bool(v.Bool())
	case reflect.Int, reflect.Int64:
		return types.Int(v.Int())
	case reflect.Struct:
		return &object{p, v}
	case reflect.Slice:
		return types.NewDynamicList(p, v.Interface())
	}
	return p.Registry.NativeToValue(v.Interface())
}

// object is a struct of ours as a value of CEL.
type object struct {
	types *provider
	v     reflect.Value
}

// ConvertToNative implements ref.Val.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	if o.v.Type().AssignableTo(t) {
		return o.v.Interface(), nil
	}
	return nil, fmt.Errorf("%s is no %s", o.v.Type(), t)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.types.typeOf(o.v.Type())
	}
	return types.NewErr("%s is no %s", structName(o.v.Type()), t.TypeName())
}

// Equal implements ref.Val.
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	return types.Bool(ok && reflect.DeepEqual(o.v.Interface(), p.v.Interface()))
}

// Type implements ref.Val.
func (o *object) Type() ref.Type { return o.types.typeOf(o.v.Type()) }

// Value implements ref.Val.
func (o *object) Value() any { return o.v }

// Get implements traits.Indexer.
func (o *object) Get(name ref.Val) ref.Val {
	text, _ := name.(types.String)
	f, ok := o.types.member(o.v.Type(), string(text))
	if !ok {
		return types.NewErr("no member %q", string(text))
	}
	return o.types.value(f.get(o.v))
}

// IsSet implements traits.FieldTester.
func (o *object) IsSet(name ref.Val) ref.Val {
	text, _ := name.(types.String)
	f, ok := o.types.member(o.v.Type(), string(text))
	return types.Bool(ok && !f.get(o.v).IsZero())
}
