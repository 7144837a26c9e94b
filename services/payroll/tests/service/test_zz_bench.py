import time, asyncio
from datetime import date, datetime, UTC, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo
import pytest_asyncio
from chassis import clock
from chassis.door import Door, new_id
from chassis.inbox import Received, Message, parse
from chassis.outbox import encode, Outgoing
from chassis.consumer import apply
from contracts.orders import *
from contracts.base import Share, Party
from payroll.consumers import SUBSCRIPTIONS, SALES
SH=ZoneInfo("Asia/Shanghai")

async def test_bench(database, client, principal):
    db = await database("payroll")
    http = await client("payroll", db)
    by = lambda role, no=None: http.auth_of(principal(role, employee_no=no))
    r = await http.post("/rulebook/versions", json={"pack":"night-shop-5","pack_version":1,"in_force_from":"2026-01-01"}, headers=by("hr")); assert r.status_code==201, r.text
    r = await http.post(f"/rulebook/versions/{r.json()['id']}/sign", headers=by("boss")); assert r.status_code==200
    door = Door(datetime(2026,5,5,4,tzinfo=UTC),"a","c",SH)
    def msg(i, cls=OrderCompleted):
        no=f"E{i%1000:04}"; am=Decimal(i%9973)/100+1
        sh=(Share(employee_no=no,amount=am),)
        d=cls(shop="s",order_no=f"N{i}",net_amount=am,parties=(Party(employee_no=no),),shares=sh,lines=(OrderLine(line_no=1,sku="x",quantity=Decimal(1),net_amount=am),))
        o=encode(Outgoing(d,about=f"N{i}",time=datetime(2026,5,1+i%28,4,tzinfo=UTC)+timedelta(seconds=i%3600)),door)
        return Message(i+1,1,b"",d.type,o.body)
    N=20000
    msgs=[msg(i) for i in range(N)]
    pc=time.process_time(); t=time.perf_counter()
    for s in range(0,N,500):
        ev=[(parse(m,OrderCompleted),m) for m in msgs[s:s+500]]
        async with db.opened.transaction(door) as session:
            await apply(session,"orders",ev,dict(SALES.handlers))
    took=time.perf_counter()-t
    print("cpu events/s",N/(time.process_time()-pc)); print(f"\nparse+inbox+facts: {N/took:.0f} events/s")
    t=time.perf_counter()
    ev=[parse(m,OrderCompleted) for m in msgs[:500]]
    t1=time.perf_counter(); print("parse only", 500/(t1-t))
    from payroll.consumers import _rows
    rows=[r for e in ev for r in _rows(e,door.now)]; t2=time.perf_counter(); print("rows only", 500/(t2-t1))
    # fill up to 1000x300 with direct copy
    from payroll.commands.record_facts import record_facts, FactRow
    async with db.opened.transaction(door) as session:
        rows=[]
        for i in range(N,300000):
            id=new_id(); d=date(2026,5,1+i%28)
            rows.append(FactRow(date(2026,5,1),id,f"E{i%1000:04}",False,"order.completed",d,datetime(2026,5,1+i%28,4,tzinfo=UTC),f"N{i}","s",Decimal(i%9973)/100+1,id,False,door.now))
        await record_facts(session,rows)
    import asyncpg
    c=await asyncpg.connect(db.owner_url); await c.execute("ANALYZE"); await c.close()
    for n in range(6):
        pc=time.process_time(); t=time.perf_counter(); r=await http.get("/running/E0007?period=2026-05",headers=by("boss")); assert r.status_code==200,r.text
        print("running cpu ms",(time.process_time()-pc)*1000, (time.perf_counter()-t)*1000, len(r.json()["lines"][0]["entries"]))
    import resource
    pc=time.process_time(); t=time.perf_counter(); r=await http.post("/runs",json={"period":"2026-05"},headers=by("hr")); assert r.status_code==201, r.text
    print("run cpu",time.process_time()-pc); print("run s", time.perf_counter()-t, r.json()["people"], r.json()["net"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)
    id=r.json()["id"]
    r=await http.post(f"/runs/{id}/approve",headers=by("finance")); assert r.status_code==200
    t=time.perf_counter(); r=await http.post(f"/runs/{id}/issue",headers=by("boss")); assert r.status_code==200
    print("issue s", time.perf_counter()-t)
    t=time.perf_counter(); r=await http.get("/payslips/2026-05/E0007",headers=by("boss")); print("payslip ms",(time.perf_counter()-t)*1000)
    pc=time.process_time(); t=time.perf_counter(); r=await http.post("/runs",json={"period":"2026-05"},headers=by("hr")); print("diff run s",time.perf_counter()-t, r.status_code)
