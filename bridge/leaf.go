package bridge

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// leafAccepted is the kind of leaf of what a peer brought.
const leafAccepted = archive.LeafRawIn

// leafOf is the kind of leaf that the making of a follow-up writes.
func leafOf(k Kind) archive.LeafKind {
	switch k {
	case KindAcknowledgment:
		return archive.LeafAck
	case KindEvent:
		return archive.LeafEvent
	}
	return archive.LeafRawOut
}

// leafID is computed from what the leaf is about, so that a step that runs twice
// writes the same leaf.
func leafID(k archive.LeafKind, about ID, which string) string {
	h := sha256.Sum256([]byte("edibridge/leaf/v1\n" + string(k) + "\n" + string(about) + "\n" + which))
	return besideID(string(about), h)
}

// BodyLeafID is the id of the leaf that says that a Transmission's bytes were kept.
func BodyLeafID(direction Direction, kind Kind, id ID) string {
	k := leafOf(kind)
	if direction == In {
		k = leafAccepted
	}
	return leafID(k, id, "")
}

// bodyLeaf says that a Transmission's bytes were kept, following from parents.
func bodyLeaf(k archive.LeafKind, t *Transmission, parents ...string) archive.Leaf {
	return archive.Leaf{Kind: k, ID: leafID(k, t.ID, ""), Time: t.Created, Parents: parents,
		Object: t.Body.Stored, Length: t.Body.Length,
		Commit: archive.Commit(t.Body.Salt, t.Body.SHA256), Size: t.Body.Size}
}

// metaSalt is the salt of private metadata about a body: it is destroyed with
// the body's own, and who is shown it cannot tell that one.
func metaSalt(s archive.Salt) archive.Salt {
	return archive.Salt(archive.Sum(append([]byte("meta\n"), s[:]...)))
}

// decisionLeaf says how a translation ended: state, and of its last slice each
// document with what read it.
func decisionLeaf(t *Transmission, state State, s *Slice, now time.Time) archive.Leaf {
	type verdict struct{ ID, State, Verdict, Guide, Mapping string }
	said := struct {
		Transmission ID
		State        State
		Cursor       Cursor
		Documents    []verdict
	}{t.ID, state, s.Cursor, nil}
	for i := range s.Documents {
		d := &s.Documents[i]
		said.Documents = append(said.Documents, verdict{d.ID, string(d.State), d.Verdict, d.Guide, d.Mapping})
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic(err) // strings and integers always marshal
	}
	return archive.Leaf{Kind: archive.LeafDecision, ID: leafID(archive.LeafDecision, t.ID, AnswerPlace(fmt.Sprint(s.Cursor.Slices), t.Attempts)), Time: now,
		Parents: []string{t.Leaf}, Meta: archive.Commit(metaSalt(t.Body.Salt), archive.Sum(text))}
}

// stateLeaf says how an attempt to deliver ended. token is that of the claim
// under which it was made, since a person's retry counts attempts anew; 0 for
// what a peer took.
func stateLeaf(t *Transmission, s State, token int64, now time.Time) archive.Leaf {
	return archive.Leaf{Kind: archive.LeafDelivery, ID: leafID(archive.LeafDelivery, t.ID, fmt.Sprint(s, " ", token)), Time: now,
		Parents: []string{t.Leaf}, Object: t.Body.Stored, Length: t.Body.Length}
}

// evidenceLeaf says what the peer said about an attempt; token as in stateLeaf.
func evidenceLeaf(t *Transmission, e *Evidence, token int64, now time.Time) archive.Leaf {
	return archive.Leaf{Kind: archive.LeafEvidence, ID: leafID(archive.LeafEvidence, t.ID, fmt.Sprint(e.Kind, " ", token)), Time: now,
		Parents: []string{t.Leaf}, Object: e.Body.Stored, Length: e.Body.Length}
}
