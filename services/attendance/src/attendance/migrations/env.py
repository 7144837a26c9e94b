from chassis.migrations import run

run("attendance")
