package sftp

import (
	"sync"
	"time"
)

// inbox is what one user sees of its uploads, in all its sessions: the echoes of
// accepted files and the temporary names that wait for their rename.
type inbox struct {
	mu    sync.Mutex
	names map[string]*arrival // by path in the tree
	// echoes in the order of their acceptance; some may have left names since.
	echoes []*arrival
	temps  int // arrivals with a stage
}

// arrival is one name of an inbox. Its fields are guarded by the inbox, the stage
// by whoever claimed it.
type arrival struct {
	path     string
	size     int64
	modified time.Time
	at       time.Time // of the acceptance, or of the temporary name's CLOSE
	// stage holds the bytes of an unfinished upload; nil for an echo.
	stage   *stage
	claimed bool // a rename, resume or removal is at work on the stage
	stale   bool // reported already
}

func newInbox() *inbox { return &inbox{names: map[string]*arrival{}} }

// find gives a copy of what stands under a path.
func (b *inbox) find(path string, now time.Time) (arrival, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.names[path]
	if !ok || b.expired(a, now) {
		return arrival{}, false
	}
	return *a, true
}

func (b *inbox) expired(a *arrival, now time.Time) bool {
	return a.stage == nil && now.Sub(a.at) >= echoTime
}

// list gives copies of all names of a folder, in no order.
func (b *inbox) list(folder string, now time.Time) []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []arrival
	for _, a := range b.names {
		if at, ok := locate(a.path); ok && at.folder == folder && !b.expired(a, now) {
			out = append(out, *a)
		}
	}
	return out
}

// echo shows an accepted file. It takes the place of an older echo of that path;
// an unfinished upload stays.
func (b *inbox) echo(a arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.names[a.path]; old != nil && old.stage != nil {
		return
	}
	b.names[a.path] = &a
	b.echoes = append(b.echoes, &a)
	b.trim(a.at)
}

// trim forgets echoes that are too old or too many.
func (b *inbox) trim(now time.Time) {
	drop := 0
	for drop < len(b.echoes) && (len(b.echoes)-drop > maxEchoes || b.expired(b.echoes[drop], now)) {
		if a := b.echoes[drop]; b.names[a.path] == a {
			delete(b.names, a.path)
		}
		drop++
	}
	if drop > 0 {
		b.echoes = append([]*arrival(nil), b.echoes[drop:]...)
	}
}

// keep shows a temporary name and gives back the unfinished upload that it takes
// the place of, for the caller to discard. The error is a text for the peer: too
// many wait, or the old one is at work.
func (b *inbox) keep(a arrival, limit int) (old *stage, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.names[a.path]
	switch {
	case before != nil && before.stage != nil:
		if before.claimed {
			return nil, failed(textOpen)
		}
		old = before.stage
		b.temps--
	case b.temps >= limit:
		return nil, failed(textTemps)
	}
	b.names[a.path] = &a
	b.temps++
	return old, nil
}

// claim takes an unfinished upload for one owner and gives a copy; release, remove
// or moveTemp ends that.
func (b *inbox) claim(path string) (arrival, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.names[path]
	if !ok || a.stage == nil || a.claimed {
		return arrival{}, false
	}
	a.claimed = true
	return *a, true
}

// release gives a claimed upload back, if it still stands where it was claimed.
func (b *inbox) release(claimed arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.names[claimed.path]; a != nil && a.stage == claimed.stage {
		a.claimed = false
	}
}

// remove takes a claimed upload out; its stage is the caller's.
func (b *inbox) remove(claimed arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.names[claimed.path]; a != nil && a.stage == claimed.stage {
		delete(b.names, a.path)
		b.temps--
	}
}

// moveTemp shows a claimed upload under another path and releases it. false: an
// unfinished upload stands there.
func (b *inbox) moveTemp(claimed arrival, to string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.names[claimed.path]
	if other := b.names[to]; a == nil || other != nil && other != a && other.stage != nil {
		return false
	}
	delete(b.names, claimed.path)
	a.path, a.claimed = to, false
	b.names[to] = a
	return true
}

// moveEcho shows an echo under another path. The error is a text for the peer.
func (b *inbox) moveEcho(from, to string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.names[from]
	switch other := b.names[to]; {
	case a == nil || b.expired(a, now):
		return notFound()
	case a.stage != nil: // claimed by another session
		return failed(textOpen)
	case other != nil && other.stage != nil:
		return failed(textExists)
	}
	delete(b.names, from)
	a.path = to
	b.names[to] = a
	return nil
}

// forget drops the echo of a path; false: there was none.
func (b *inbox) forget(path string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.names[path]
	if !ok || a.stage != nil {
		return false
	}
	delete(b.names, path)
	return !b.expired(a, now)
}

// touch sets the time of modification that STAT shows.
func (b *inbox) touch(path string, modified time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a, ok := b.names[path]; ok {
		a.modified = modified
	}
}

// sweep forgets old echoes and gives the unfinished uploads that became stale, and
// those that are to go: they are claimed for the caller.
func (b *inbox) sweep(now time.Time) (stale, dead []arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim(now)
	for _, a := range b.names {
		if a.stage == nil || a.claimed {
			continue
		}
		switch age := now.Sub(a.at); {
		case age >= tempTime:
			a.claimed = true
			dead = append(dead, *a)
		case age >= staleTime && !a.stale:
			a.stale = true
			stale = append(stale, *a)
		}
	}
	return stale, dead
}

// drain takes all unfinished uploads out.
func (b *inbox) drain() []*stage {
	b.mu.Lock()
	defer b.mu.Unlock()
	var stages []*stage
	for path, a := range b.names {
		if a.stage != nil {
			stages = append(stages, a.stage)
			delete(b.names, path)
		}
	}
	b.temps = 0
	return stages
}
