package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who the server programs run as. PostgreSQL refuses to run as root, so root hands over to
// somebody without rights; anybody else runs them in person.
type account struct {
	name     string
	uid, gid uint32
	other    bool // not the account this program runs as
}

// accountFor picks the owner of an existing data directory, else the account that the PostgreSQL
// packages make, else one that owns nothing.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: currentName(), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	if info, err := os.Stat(data); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return account{name: nameOf(st.Uid), uid: st.Uid, gid: st.Gid, other: true}, nil
		}
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if a, ok := lookup(name); ok {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root and there is no account postgres or nobody to run it; create one with: useradd --system postgres")
}

// lookup reads one account; nobody's numbers may be written as negative.
func lookup(name string) (account, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, false
	}
	uid, err1 := strconv.ParseInt(u.Uid, 10, 64)
	gid, err2 := strconv.ParseInt(u.Gid, 10, 64)
	if err1 != nil || err2 != nil || uid == 0 {
		return account{}, false
	}
	return account{name: name, uid: uint32(uid), gid: uint32(gid), other: true}, true
}

func currentName() string { return nameOf(uint32(os.Geteuid())) }

// nameOf gives a name for messages; an account without an entry is shown by number.
func nameOf(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "number " + id
}

// apply makes cmd run as the account, in a session of its own (a Ctrl-C in the terminal is for this
// program, which then stops the server in order), in a folder everybody may enter, and with nothing of the
// caller's PG* variables.
func (a account) apply(cmd *exec.Cmd) {
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// own hands a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}
