package schema

import (
	"reflect"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// AsyncAPI gives an AsyncAPI 3 document, in JSON, of all events that the bridge
// sends: one channel and one operation a noun (order, shipmentnotice, interchange
// ...), one message a type. The channels have no addresses: which webhook, subject
// or topic takes what is configuration.
func AsyncAPI() ([]byte, error) {
	a := &asyncAPI{b: newBuilder(false, "#/components/schemas/")}
	a.b.structure(reflect.TypeFor[canonical.Event]())
	for _, kind := range canonical.Kinds() {
		doc := canonical.New(kind)
		name := reflect.TypeOf(doc).Elem().Name()
		a.b.known[name] = true
		a.b.defs = append(a.b.defs, member{name, nil}) // its place, before what it is made of
		at := len(a.b.defs) - 1
		o := a.b.document(doc)
		a.b.defs[at].value = o
		for _, t := range canonical.EventTypes(kind) {
			a.message(t, []string{kind})
		}
	}
	for _, l := range canonical.LifeCycleTypes() {
		a.message(l.Type, l.Kinds)
	}
	for _, t := range canonical.BridgeEventTypes() {
		a.message(t, nil)
	}
	return encode(object{
		{"asyncapi", "3.0.0"},
		{"info", object{
			{"title", "edibridge events"},
			{"version", canonical.SchemaVersion + ".0.0"},
			{"description", "Events in the structured JSON mode of CloudEvents 1.0. Within a version members and types are only added: a consumer passes over what it does not know."},
			{"license", object{{"name", "Apache-2.0"}}},
		}},
		{"defaultContentType", "application/cloudevents+json"},
		{"channels", a.channels},
		{"operations", a.operations},
		{"components", object{{"messages", a.messages}, {"schemas", a.b.defs}}},
	})
}

// asyncAPI collects the parts of the document.
type asyncAPI struct {
	b                              *builder
	channels, operations, messages object
}

// message adds the message of an event type whose data is a document of one of
// kinds; without kinds, of no stated shape.
func (a *asyncAPI) message(eventType string, kinds []string) {
	name := strings.TrimSuffix(strings.TrimPrefix(eventType, "edibridge."), ".v1")
	noun, verb, _ := strings.Cut(name, ".")
	props := object{{"type", object{{"const", eventType}}}}
	var refs []object
	for _, k := range kinds {
		refs = append(refs, a.b.ref(reflect.TypeOf(canonical.New(k)).Elem().Name()))
	}
	switch len(refs) {
	case 0:
	case 1:
		props = append(props, member{"data", refs[0]})
	default:
		props = append(props, member{"data", object{{"oneOf", refs}}})
	}
	a.messages = append(a.messages, member{name, object{
		{"name", eventType},
		{"title", noun + " " + verb},
		{"contentType", "application/cloudevents+json"},
		{"payload", object{{"allOf", []object{a.b.ref("Event")}}, {"type", "object"}, {"properties", props}}},
	}})
	a.channel(noun, name)
}

// channel adds a message to the channel of its noun, and to the operation.
func (a *asyncAPI) channel(noun, name string) {
	for i := range a.channels {
		if a.channels[i].name != noun {
			continue
		}
		channel, operation := a.channels[i].value.(object), a.operations[i].value.(object)
		channel[1].value = append(channel[1].value.(object), member{name, reference("#/components/messages/" + name)})
		operation[2].value = append(operation[2].value.([]object), reference("#/channels/"+noun+"/messages/"+name))
		return
	}
	a.channels = append(a.channels, member{noun, object{
		{"address", nil},
		{"messages", object{{name, reference("#/components/messages/" + name)}}},
	}})
	a.operations = append(a.operations, member{"send-" + noun, object{
		{"action", "send"},
		{"channel", reference("#/channels/" + noun)},
		{"messages", []object{reference("#/channels/" + noun + "/messages/" + name)}},
	}})
}

func reference(to string) object { return object{{"$ref", to}} }
