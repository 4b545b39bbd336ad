package celexpr

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"github.com/edibridge/edibridge/mappings"
)

// Bounds of one evaluation: steps in CEL's own measure, and wall time.
const (
	maxCost   = 100_000
	maxTime   = time.Second
	maxLength = 4096 // of an expression, in bytes
)

// Language is a [mappings.Language]. It is safe for concurrent use.
type Language struct {
	mu   sync.Mutex
	envs map[pair]*scope
}

type pair struct{ object, document reflect.Type }

// scope is what expressions over one object see.
type scope struct {
	env   *cel.Env
	types *provider
}

// New gives the language.
func New() *Language { return &Language{envs: map[pair]*scope{}} }

// Compile implements [mappings.Language].
func (l *Language) Compile(text string, over mappings.Scope) (mappings.Program, error) {
	if len(text) > maxLength {
		return nil, &mappings.ExpressionError{Column: 1, Message: fmt.Sprintf("an expression has at most %d bytes", maxLength)}
	}
	s, err := l.scope(over)
	if err != nil {
		return nil, err
	}
	ast, issues := s.env.Compile(text)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, &mappings.ExpressionError{Column: first.Location.Column() + 1, Message: first.Message}
	}
	if err := checkResult(ast.OutputType(), over.Bool); err != nil {
		return nil, err
	}
	run, err := s.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost), cel.InterruptCheckFrequency(100))
	if err != nil {
		return nil, &mappings.ExpressionError{Column: 1, Message: err.Error()}
	}
	return &program{run: run, types: s.types}, nil
}

// checkResult holds the type of an expression against what is wanted.
func checkResult(t *cel.Type, condition bool) error {
	kind := t.Kind()
	switch {
	case kind == types.DynKind, condition && kind == types.BoolKind:
		return nil
	case condition:
		return &mappings.ExpressionError{Column: 1, Message: fmt.Sprintf("a condition is true or false, this is %s", t)}
	case kind == types.DoubleKind:
		return &mappings.ExpressionError{Column: 1, Message: "a double is no exact number: compute with add, sub, mul and round"}
	case kind != types.StringKind && kind != types.IntKind && kind != types.UintKind:
		return &mappings.ExpressionError{Column: 1, Message: fmt.Sprintf("the value is %s, a member takes a text", t)}
	}
	return nil
}

// scope gives the environment over an object, made once.
func (l *Language) scope(over mappings.Scope) (*scope, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := pair{over.Object, over.Document}
	if s := l.envs[key]; s != nil {
		return s, nil
	}
	p, err := newProvider(over.Object, over.Document)
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(p), ext.Strings(), decimals(),
		cel.Variable("it", p.typeOf(over.Object)), cel.Variable("doc", p.typeOf(over.Document)),
	}
	for _, m := range p.members(over.Object) {
		if !reserved(m.name) {
			options = append(options, cel.Variable(m.name, p.typeOf(m.typ)))
		}
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("celexpr: %w", err)
	}
	s := &scope{env, p}
	l.envs[key] = s
	return s, nil
}

// reserved tells names that mean something else in CEL: such members are reached
// as it.NAME.
func reserved(name string) bool {
	switch name {
	case "it", "doc", "type", "list", "map", "int", "uint", "string", "bool", "bytes", "double", "in", "as", "break", "const", "continue", "else", "for",
		"function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "true", "false", "null":
		return true
	}
	return false
}

// program is a compiled expression.
type program struct {
	run   cel.Program
	types *provider
}

// Eval implements [mappings.Program].
func (p *program) Eval(object, document reflect.Value) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), maxTime)
	defer cancel()
	v, _, err := p.run.ContextEval(ctx, &variables{p.types, object, document})
	if err != nil {
		return "", plain(err)
	}
	switch v := v.(type) {
	case types.String:
		return string(v), nil
	case types.Bool, types.Int, types.Uint:
		return fmt.Sprint(v.Value()), nil
	}
	return "", fmt.Errorf("the value is %s, a member takes a text", v.Type())
}

// plain is an error without what CEL puts before it.
func plain(err error) error {
	text := err.Error()
	if strings.Contains(text, "cost limit exceeded") {
		return fmt.Errorf("costs more than %d steps", maxCost)
	}
	return errors.New(text)
}

// variables are what an expression sees of one object.
type variables struct {
	types            *provider
	object, document reflect.Value
}

// ResolveName implements the activation of CEL.
func (v *variables) ResolveName(name string) (any, bool) {
	switch name {
	case "it":
		return v.types.value(v.object), true
	case "doc":
		return v.types.value(v.document), true
	}
	m, ok := v.types.member(v.object.Type(), name)
	if !ok {
		return nil, false
	}
	return v.types.value(m.get(v.object)), true
}

// Parent implements the activation of CEL.
func (v *variables) Parent() cel.Activation { return nil }
