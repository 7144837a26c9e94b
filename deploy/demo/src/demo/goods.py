"""What is sold: home textiles, one warehouse for both shops."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WAREHOUSE, WAREHOUSE_TITLE = "ZC", "主仓"


@dataclass(frozen=True, slots=True)
class Goods:
    """A SKU with its price in the shops, what it cost, and how well it sells."""

    sku: str
    title: str
    price: Decimal
    cost: Decimal
    liked: int


def _goods(sku: str, title: str, price: str, cost: str, liked: int) -> Goods:
    return Goods(sku, title, Decimal(price), Decimal(cost), liked)


GOODS = (
    _goods("TJ-1001", "新疆长绒棉四件套 1.5m床", "329.00", "168.00", 9),
    _goods("TJ-1002", "新疆长绒棉四件套 1.8m床", "359.00", "182.00", 10),
    _goods("TJ-1003", "水洗棉四件套 1.5m床", "239.00", "118.00", 8),
    _goods("TJ-1004", "水洗棉四件套 1.8m床", "259.00", "129.00", 8),
    _goods("TJ-1005", "磨毛加厚四件套 2.0m床", "299.00", "152.00", 5),
    _goods("TJ-1006", "天丝提花四件套 1.8m床", "499.00", "260.00", 3),
    _goods("TJ-1007", "儿童纯棉三件套 1.2m床", "199.00", "96.00", 5),
    _goods("TJ-1008", "婚庆大红刺绣六件套", "899.00", "470.00", 1),
    _goods("BZ-2001", "泰国乳胶枕 一对", "369.00", "176.00", 5),
    _goods("BZ-2002", "慢回弹记忆枕", "129.00", "58.00", 6),
    _goods("BZ-2003", "决明子荞麦枕", "89.00", "36.00", 6),
    _goods("BZ-2004", "五星酒店羽丝绒枕芯", "69.00", "27.00", 8),
    _goods("BZ-2005", "儿童定型枕", "79.00", "31.00", 3),
    _goods("BE-3001", "桑蚕丝春秋被 200×230", "699.00", "382.00", 3),
    _goods("BE-3002", "白鹅绒冬被 220×240", "1299.00", "640.00", 2),
    _goods("BE-3003", "大豆纤维四季被 200×230", "219.00", "102.00", 7),
    _goods("BE-3004", "新疆棉花被 8斤", "329.00", "165.00", 4),
    _goods("BE-3005", "空调夏凉被 150×200", "99.00", "41.00", 3),
    _goods("RZ-4001", "加厚羊羔绒床褥 1.5m", "159.00", "72.00", 4),
    _goods("RZ-4002", "加厚羊羔绒床褥 1.8m", "179.00", "82.00", 4),
    _goods("RZ-4003", "防水隔尿床笠 1.8m", "119.00", "49.00", 4),
    _goods("RZ-4004", "全棉床单单件 230×250", "109.00", "47.00", 5),
    _goods("RZ-4005", "夹棉床笠 1.5m", "129.00", "55.00", 3),
    _goods("MT-5001", "法兰绒盖毯 150×200", "79.00", "33.00", 6),
    _goods("MT-5002", "针织午睡毯 100×150", "59.00", "23.00", 4),
    _goods("MT-5003", "珊瑚绒双层毛毯 200×230", "169.00", "78.00", 4),
    _goods("MJ-6001", "纯棉毛巾 三条装", "49.90", "19.80", 10),
    _goods("MJ-6002", "加厚浴巾 70×140", "69.90", "28.50", 6),
    _goods("MJ-6003", "儿童卡通方巾 五条装", "29.90", "11.20", 5),
    _goods("MJ-6004", "酒店款毛浴巾套装", "119.00", "52.00", 3),
    _goods("CL-7001", "全遮光窗帘 2.0×2.7m 一片", "168.00", "76.00", 4),
    _goods("CL-7002", "棉麻窗帘 1.5×2.6m 一片", "118.00", "50.00", 3),
    _goods("CL-7003", "白色纱帘 2.0×2.7m 一片", "78.00", "31.00", 3),
    _goods("DD-8001", "珊瑚绒吸水地垫 40×60", "39.90", "15.50", 6),
    _goods("DD-8002", "硅藻泥软垫 50×80", "59.90", "24.00", 4),
    _goods("DD-8003", "客厅短绒地毯 160×230", "268.00", "126.00", 2),
    _goods("SN-9001", "棉麻抱枕套 45×45", "25.90", "9.60", 5),
    _goods("SN-9002", "防滑沙发垫 90×180", "99.00", "43.00", 3),
    _goods("SN-9003", "真丝眼罩", "49.00", "18.00", 3),
    _goods("SN-9004", "薰衣草香囊 十只装", "19.90", "6.80", 4),
)
BY_SKU = {goods.sku: goods for goods in GOODS}

_LIKED = [goods.liked for goods in GOODS]


def asked_about(chance: random.Random) -> Goods:
    """Draw what a buyer is interested in."""
    return chance.choices(GOODS, _LIKED)[0]


def basket(chance: random.Random, wanted: Goods) -> list[tuple[Goods, int]]:
    """Draw what is bought when `wanted` was what the buyer came for: goods and pieces, no SKU twice."""
    several = 2 if wanted.price < 120 and chance.random() < 0.3 else 1
    bought = [(wanted, several)]
    for _ in range(chance.choices((0, 1, 2), (66, 27, 7))[0]):
        more = asked_about(chance)
        if all(more.sku != other.sku for other, _ in bought):
            bought.append((more, 2 if more.price < 60 and chance.random() < 0.3 else 1))
    return bought


def sku_rows(goods: Sequence[Goods] = GOODS) -> list[dict[str, str]]:
    """The list of goods as a warehouse program exports it."""
    return [{"商品编码": one.sku, "商品名称": one.title, "单位成本": str(one.cost)} for one in goods]
