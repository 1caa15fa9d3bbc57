#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sound server of our own with loudspeakers and microphones that exist only here. Works as root, without sound card or session.
#
#   pulse_lab.sh start DIR [LOUDSPEAKERS [MICROPHONES]]   (1 and 1)
#   pulse_lab.sh kill DIR      the server dies at once (kill -9), as in a crash
#   pulse_lab.sh restart DIR   it comes back with the same devices
#   pulse_lab.sh stop DIR      everything ends
#
# Devices: loudspeakers speaker0, speaker1, … (heard at source speakerN.monitor); microphones mic0, mic1, … (what is played
# into sink feedN is what micN hears). DIR/env holds KEY=VALUE lines for the programs under test, DIR/asound.conf the ALSA
# devices: default, pulse (pulse:DEVICE=name) and each name of the lab.
set -eu
usage() { sed -n '3,13p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
sinks=${3:-1}
mics=${4:-1}

lab_env() {
    # Long paths do not fit into a socket address.
    if [ ! -e "$dir/run-link" ]; then
        run=$(mktemp -d /tmp/plab.XXXXXX)
        ln -s "$run" "$dir/run-link"
    fi
    run=$(readlink "$dir/run-link")
    cat > "$dir/env" <<EOF
HOME=$dir/home
XDG_RUNTIME_DIR=$run
PULSE_RUNTIME_PATH=$run
PULSE_SERVER=unix:$run/native
PULSE_CLIENTCONFIG=$dir/client.conf
PULSE_COOKIE=$dir/cookie
ALSA_CONFIG_PATH=$dir/asound.conf
JACK_NO_START_SERVER=1
DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
EOF
}
in_lab() { env $(cat "$dir/env") "$@"; }

write_config() {
    mkdir -p "$dir/home"
    chmod 700 "$dir/home" "$run"
    printf 'autospawn = no\nenable-shm = no\n' > "$dir/client.conf"
    {
        echo "load-module module-native-protocol-unix socket=$run/native auth-anonymous=1"
        i=0
        while [ "$i" -lt "$sinks" ]; do
            echo "load-module module-null-sink sink_name=speaker$i rate=48000 channels=2 norewinds=1 sink_properties=device.description=Speaker-$i"
            i=$((i + 1))
        done
        i=0
        while [ "$i" -lt "$mics" ]; do
            echo "load-module module-null-sink sink_name=feed$i rate=48000 channels=2 norewinds=1 sink_properties=device.description=Feed-$i"
            echo "load-module module-remap-source source_name=mic$i master=feed$i.monitor source_properties=device.description=Microphone-$i"
            i=$((i + 1))
        done
        [ "$sinks" -eq 0 ] || echo "set-default-sink speaker0"
        [ "$mics" -eq 0 ] || echo "set-default-source mic0"
    } > "$dir/lab.pa"
    {
        cat <<'EOF'
pcm.pulse { @args [ DEVICE ] @args.DEVICE { type string default "" } type pulse device $DEVICE hint { show on description "Sound server" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "Default" } }
ctl.!default { type pulse }
defaults.namehint.basic on
EOF
        i=0
        while [ "$i" -lt "$sinks" ]; do
            echo "pcm.speaker$i { type pulse device \"speaker$i\" hint { show on description \"speaker$i\" } }"
            i=$((i + 1))
        done
        i=0
        while [ "$i" -lt "$mics" ]; do
            echo "pcm.mic$i { type pulse device \"mic$i\" hint { show on description \"mic$i\" } }"
            echo "pcm.feed$i { type pulse device \"feed$i\" hint { show on description \"feed$i\" } }"
            i=$((i + 1))
        done
    } > "$dir/asound.conf"
    echo "$sinks $mics" > "$dir/shape"
}

start_server() {
    rm -f "$run/native" "$run/pid"
    # Not through in_lab: its pid would be that of a shell in between.
    env $(cat "$dir/env") pulseaudio -n -F "$dir/lab.pa" --daemonize=no --use-pid-file=no --exit-idle-time=-1 --disallow-exit=yes \
        --high-priority=no --realtime=no --log-level=warn >> "$dir/pulse.log" 2>&1 < /dev/null &
    echo $! > "$dir/pulse.pid"
    n=0
    until in_lab pactl info > /dev/null 2>&1; do
        n=$((n + 1))
        if [ "$n" -gt 100 ]; then
            echo "the sound server does not start:" >&2
            tail -5 "$dir/pulse.log" >&2
            exit 1
        fi
        sleep 0.05
    done
    # A null sink is lazy: without a quick reader it renders up to 2 s ahead and whoever plays into it keeps that delay.
    : > "$dir/readers.pid"
    for source in $(in_lab pactl list short sources | awk '$2 ~ /\.monitor$/ {print $2}'); do
        env $(cat "$dir/env") parec --latency-msec=10 --device="$source" > /dev/null 2>&1 < /dev/null &
        echo $! >> "$dir/readers.pid"
    done
}

end_pids() {
    signal=$1
    shift
    for file in "$@"; do
        [ -f "$file" ] || continue
        while read -r pid; do kill "-$signal" "$pid" 2> /dev/null || true; done < "$file"
        rm -f "$file"
    done
}

case $command in
    start) lab_env; write_config; start_server ;;
    kill) end_pids KILL "$dir/pulse.pid"; end_pids TERM "$dir/readers.pid" ;;
    restart) run=$(readlink "$dir/run-link"); start_server ;;
    stop)
        end_pids TERM "$dir/readers.pid" "$dir/pulse.pid"
        if [ -e "$dir/run-link" ]; then
            run=$(readlink "$dir/run-link")
            rm -rf "$run"
            rm -f "$dir/run-link"
        fi
        ;;
    *) usage ;;
esac
