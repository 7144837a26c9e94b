from chassis.migrations import run

run("service_desk")
