package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/edibridge/edibridge/internal/flock"
)

// request is one Append that waits for its turn to be written.
type request struct {
	at     time.Time
	blobs  [][]byte
	sums   []Hash
	bytes  int64 // of its frames
	places []Place
	err    error
	done   chan struct{} // closed when places and err are final
}

// openPack is the pack that grows.
type openPack struct {
	name string
	file *os.File
	size int64 // bytes that count; the next group is written here
}

// keptBuffer is the largest group buffer that is kept for the next group.
const keptBuffer = 1 << 20

// Append implements [Blobs]. The first caller to find the disk idle writes for
// all who queue meanwhile: a group is whatever came while the last sync ran.
func (d *Dir) Append(ctx context.Context, at time.Time, blobs ...[]byte) ([]Place, error) {
	if len(blobs) == 0 {
		return nil, ctx.Err()
	}
	r := &request{at: at, blobs: blobs, done: make(chan struct{})}
	for _, blob := range blobs {
		r.bytes += FrameOverhead + int64(len(blob))
	}
	if r.bytes > MaxAppend {
		return nil, fmt.Errorf("%w: %d with their frames, %d at most", ErrTooLarge, r.bytes, int64(MaxAppend))
	}
	for _, blob := range blobs {
		r.sums = append(r.sums, Sum(blob))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.leave()
	d.mu.Lock()
	d.queue = append(d.queue, r)
	d.mu.Unlock()
	return d.await(ctx, r)
}

// await returns when r was written, by this goroutine or by another one.
func (d *Dir) await(ctx context.Context, r *request) ([]Place, error) {
	stop := ctx.Done()
	for {
		select {
		case <-r.done:
			return r.places, r.err
		case d.turn <- struct{}{}:
			// Who has its answer already does not make its caller wait for others.
			if group := d.takeGroup(r); len(group) > 0 {
				finish(group, d.writeGroup(group))
			}
			<-d.turn
		case <-stop:
			if d.withdraw(r) {
				return nil, ctx.Err()
			}
			stop = nil // it is being written: the bytes are in use until that ended
		}
	}
}

// takeGroup takes from the queue what is written next, as much as one group may
// hold; nothing if leader is not waiting any more.
func (d *Dir) takeGroup(leader *request) []*request {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.queue, leader) {
		return nil
	}
	n, bytes := 0, int64(0)
	for n < len(d.queue) && bytes+d.queue[n].bytes <= MaxAppend {
		bytes += d.queue[n].bytes
		n++
	}
	group := slices.Clone(d.queue[:n])
	d.queue = slices.Delete(d.queue, 0, n)
	return group
}

// withdraw takes r out of the queue; false: it is there no more.
func (d *Dir) withdraw(r *request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.Index(d.queue, r)
	if i >= 0 {
		d.queue = slices.Delete(d.queue, i, i+1)
	}
	return i >= 0
}

// finish tells everyone in the group how it went.
func finish(group []*request, err error) {
	for _, r := range group {
		if err != nil {
			r.places, r.err = nil, err
		}
		close(r.done)
	}
}

// writeGroup makes a group durable in one write and one sync. The caller holds
// turn.
func (d *Dir) writeGroup(group []*request) error {
	if err := d.refusal(); err != nil {
		return err
	}
	at := group[0].at
	for _, r := range group {
		if r.at.After(at) {
			at = r.at
		}
	}
	pack, err := d.packFor(at)
	if err != nil {
		return err
	}
	path, first := packPath(pack.name), pack.size == 0
	if err := d.writeAt(pack.file, path, d.encodeGroup(pack, group), pack.size); err != nil {
		d.cutBack(pack)
		return err
	}
	if err := d.sync(pack.file, path); err != nil {
		return err
	}
	if first {
		if err := d.syncPacks(); err != nil {
			return err
		}
	}
	pack.size += int64(len(d.buf))
	if cap(d.buf) > keptBuffer {
		d.buf = nil
	}
	if pack.size >= d.packSize {
		d.sealPack()
	}
	return nil
}

// encodeGroup lays the frames of a group out in buf, with the pack's header when
// they are its first, and notes where each will lie.
func (d *Dir) encodeGroup(pack *openPack, group []*request) []byte {
	d.buf = d.buf[:0]
	if pack.size == 0 {
		d.buf = append(d.buf, packHeader...)
	}
	for _, r := range group {
		r.places = make([]Place, len(r.blobs))
		for i, blob := range r.blobs {
			r.places[i] = Place{
				Pack:   pack.name,
				Offset: pack.size + int64(len(d.buf)),
				Length: int64(len(blob)),
				Sum:    r.sums[i],
			}
			d.buf = appendFrame(d.buf, blob, r.sums[i])
		}
	}
	return d.buf
}

// packFor is the pack that bodies of that time go into.
func (d *Dir) packFor(at time.Time) (*openPack, error) {
	month := at.UTC().Format(monthLayout)
	if d.pack != nil && d.pack.name[:len(monthLayout)] != month {
		d.sealPack()
	}
	if d.pack == nil {
		name, f, err := d.take(at)
		if err != nil {
			return nil, err
		}
		d.pack = &openPack{name: name, file: f}
	}
	return d.pack, nil
}

// take makes and locks the file of a new pack: the name is this writer's alone
// while the file is open, whoever else writes the folder.
func (d *Dir) take(at time.Time) (name string, f *os.File, err error) {
	for {
		name = packName(at, d.number())
		f, err = d.create(packPath(name))
		if errors.Is(err, fs.ErrExist) {
			if err = d.lookAgain(); err == nil {
				continue
			}
		}
		if err != nil {
			return "", nil, err
		}
		if err = flock.Exclusive(f); err == nil {
			return name, f, nil
		}
		if cerr := f.Close(); cerr != nil || !errors.Is(err, flock.ErrHeld) {
			return "", nil, errors.Join(err, cerr)
		}
	}
}

// number draws a number for a new pack. One that was drawn in vain leaves a gap.
func (d *Dir) number() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.next
	d.next++
	return n
}

// lookAgain finds the next number behind those of all packs that there are.
func (d *Dir) lookAgain() error {
	names, err := d.names(packFolder, packSuffix)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		n, _ := parsePackName(name)
		d.next = max(d.next, n+1)
	}
	return nil
}

// cutBack undoes a write that failed. If even that fails, the pack takes nothing
// more: the next opening mends it.
func (d *Dir) cutBack(pack *openPack) {
	if err := d.truncate(pack.file, packPath(pack.name), pack.size); err != nil {
		d.dropPack()
	}
}

// sealPack ends the pack that grows. All of it is durable already, so nothing is
// lost if the seal fails: the next opening repeats it.
func (d *Dir) sealPack() {
	if d.pack.size > 0 {
		_ = d.seal(packPath(d.pack.name))
	}
	d.dropPack()
}

// dropPack lets the pack that grows go as it is, and with it its lock. Its bytes were synced before, so
// closing has nothing to say.
func (d *Dir) dropPack() {
	_ = d.pack.file.Close()
	d.pack = nil
}
