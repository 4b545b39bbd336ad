package bridge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/transports"
)

// Mended is a dead letter or quarantined file as somebody has mended it.
type Mended struct {
	ID     ID // of the old one
	By     string
	Reason string
	Body   io.Reader
}

// maxMendedEvent bounds an event that is read whole to be given its id.
const maxMendedEvent = 64 << 20

// Resubmit sends mended bytes in the place of a Transmission that is Dead or
// Quarantined, and gives the new one's ID. The old one stays, Discarded, with who
// decided it and why; the new one names it as its cause. What came in is
// translated like any file of the same peer. What goes out goes to the same
// endpoint under the same name and in the same place of its order; an event
// whose data was changed has a new id and names the old one in replayof.
//
// Errors are ErrNotFound, ErrConflict when it is in another state,
// transports.ErrRefused when the bytes cannot take its place, or failures of ours.
func (b *Bridge) Resubmit(ctx context.Context, m Mended) (ID, error) {
	old, err := b.o.Store.Transmission(ctx, m.ID)
	if err == nil && old.State != Dead && old.State != Quarantined {
		err = fmt.Errorf("%w: it is %s", ErrConflict, old.State)
	}
	if err != nil {
		return "", fmt.Errorf("resubmit %s: %w", m.ID, err)
	}
	t := Transmission{ID: FollowID(old.ID, old.Kind, "resubmit", old.Endpoint), Direction: old.Direction, Kind: old.Kind,
		Endpoint: old.Endpoint, Peer: old.Peer, Partner: old.Partner, Agreement: old.Agreement, Name: old.Name,
		ContentType: old.ContentType, Header: old.Header, Causes: []ID{old.ID}, Sequence: old.Sequence, Ordinal: old.Ordinal,
		OrderKey: old.OrderKey, Series: old.Series, Place: old.Place, OnDead: old.OnDead, Standard: old.Standard, Set: old.Set, Mode: old.Mode, Retention: old.Retention}
	peer, kind := "", leafOf(old.Kind)
	if old.Direction == In {
		t.State, peer, kind = Accepted, bodyPeer(old.Endpoint, old.Peer), leafAccepted
	} else {
		t.State, t.Control, t.Keys, t.Key, t.Config = Pending, old.Control, old.Keys, old.Key, old.Config
	}
	body := io.Reader(&limitReader{r: m.Body, left: b.o.Config().Limits.file()})
	if old.Kind == KindEvent {
		if t.Key, body, err = b.mendedEvent(ctx, &old, body); err != nil {
			return "", fmt.Errorf("resubmit %s: %w", m.ID, err)
		}
	}
	if t.Body, err = b.o.Bodies.Put(ctx, peer, body); b.check(err) != nil {
		return "", fmt.Errorf("resubmit %s: %w", m.ID, err)
	}
	t.Created = b.now()
	t.Changed = t.Created
	leaf := bodyLeaf(kind, &t, old.Leaf)
	t.Leaf = leaf.ID
	o := Operation{Kind: Resubmitted, ID: old.ID, By: m.By, Reason: m.Reason, At: t.Created}
	o.Leaf = archive.Leaf{Kind: archive.LeafAccess, ID: leafID(archive.LeafAccess, old.ID, string(Resubmitted)), Time: t.Created}
	if err := b.o.Store.Resubmit(ctx, Resubmission{Operation: o, Transmission: t, Leaf: leaf}); err != nil {
		return "", fmt.Errorf("resubmit %s: %w", m.ID, err)
	}
	wake(b.translators.woken)
	wake(b.deliverers.woken)
	b.o.Log.Info("decided", "transmission", old.ID, "operation", o.Kind, "by", o.By, "reason", o.Reason, "new", t.ID)
	return t.ID, nil
}

// mendedEvent gives an event of ours that somebody has mended its id: the old
// one while its data says the same, else one computed from both.
func (b *Bridge) mendedEvent(ctx context.Context, old *Transmission, r io.Reader) (id string, body io.Reader, err error) {
	text, err := io.ReadAll(&limitReader{r: r, left: maxMendedEvent})
	if err != nil {
		return "", nil, err
	}
	before, err := readBody(ctx, b.o.Bodies, old.Body, maxMendedEvent)
	if err != nil {
		return "", nil, err
	}
	was, _, err := eventData(before)
	if err != nil {
		return "", nil, err
	}
	data, ev, err := eventData(text)
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("%w: no event: %w", transports.ErrRefused, err)
	case ev.ID != "" && ev.ID != old.Key:
		return "", nil, fmt.Errorf("%w: its id is not that of the event; new ids are given here", transports.ErrRefused)
	}
	ev.Data, ev.ID = data, old.Key
	if !bytes.Equal(data, was) {
		sum := sha256.Sum256(append([]byte("edibridge/resubmit/v1\n"+old.Key+"\n"), data...))
		ev.ReplayOf, ev.ID = old.Key, hex.EncodeToString(sum[:])
	}
	out, err := json.Marshal(ev)
	return ev.ID, bytes.NewReader(out), err
}

// eventData reads an event and gives its data without blanks.
func eventData(text []byte) ([]byte, *canonical.Event, error) {
	var ev canonical.Event
	if err := json.Unmarshal(text, &ev); err != nil {
		return nil, nil, err
	}
	if len(ev.Data) == 0 {
		return nil, nil, errors.New("it has no data")
	}
	var data bytes.Buffer
	err := json.Compact(&data, ev.Data)
	return data.Bytes(), &ev, err
}
