#!/bin/sh
# A Slurm of one node, this machine, from Debian's packages; as root: sh tests/slurm/one_node.sh start|stop FOLDER
set -eu
folder=$2
export SLURM_CONF="$folder/slurm.conf"
if [ "$1" = stop ]; then
  for daemon in slurmd slurmctld munged; do
    [ ! -s "$folder/$daemon.pid" ] || kill "$(cat "$folder/$daemon.pid")" || true
  done
  exit
fi
mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
chmod 755 "$folder" && chmod 700 "$folder/munge" # munged refuses folders that others can write
[ -f "$folder/munge/key" ] || (umask 077; head -c 1024 /dev/urandom > "$folder/munge/key")
munged --force --key-file="$folder/munge/key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
  --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
cat > "$SLURM_CONF" <<END
ClusterName=one
SlurmctldHost=$(hostname)
SlurmUser=root
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
NodeName=$(hostname) CPUs=$(nproc) RealMemory=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
slurmctld
slurmd
for _ in $(seq 30); do sinfo --noheader -o '%T %n %c' 2>/dev/null | grep -q '^idle' && break; sleep 1; done
sinfo
