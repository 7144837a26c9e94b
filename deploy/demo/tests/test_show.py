"""What the demo prints of a payslip."""

import io

from rich.console import Console

from demo.show import lines_told

ZH = "迟到扣全勤奖 -100.00 CNY；依据 004（条款 A-004-1.20c）；−迟到时长分档 100.00 CNY（迟到 41 分钟） = -100.00 CNY。"
EN = "Lateness -100.00 CNY; by 004 一.20 (clause A-004-1.20c); 掌柜旗舰店/P261000007: −bands of lateness 100.00 CNY."


def test_no_sentence_is_cut_however_narrow_the_screen() -> None:
    slip = {"lines": [{"allowed": "-100.00", "explanation": {"zh": ZH, "en": EN}}], "net": "-100.00"}
    for width in range(40, 130):
        paper = io.StringIO()
        Console(width=width, file=paper, color_system=None).print(lines_told(slip))
        shown = "".join(paper.getvalue().split())
        assert "…" not in shown, width
        for sentence in (ZH, EN):
            assert "".join(sentence.split()) in shown, width
