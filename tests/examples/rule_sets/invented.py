"""Rule sets that are in no folder of the project, as somebody else would write them: campaign files alone."""

from __future__ import annotations

from .held import with_units

#: What every contest says of itself.
HEAD = """
format = 1
slug = "{slug}"
plugins = ["inquiries", "overall", "prizes", "publishing", "quiz"]

[campaign]
name = "Cuộc thi tìm hiểu pháp luật trực tuyến"
host_name = "Sở Tư pháp"
audience = "Dành cho cán bộ và người dân trên địa bàn."
consent_text = "Tôi đồng ý để Ban Tổ chức xử lý dữ liệu cá nhân của tôi để tổ chức Cuộc thi."

[categories]
officials = "Cán bộ, công chức, viên chức"
residents = "Người dân"

[[committees]]
key = "btc"
role = "organising"
title = "Ban Tổ chức"

[[committees]]
key = "bgk"
role = "jury"
title = "Ban Giám khảo"
"""

UNITS = """
code | name        | block  | officials | residents
so   | Sở Nội vụ   | Sở     | 20        | -
xa   | Xã Vũ Thư   | Xã     | -         | 40
phu  | Xã Phụ Dực  | Xã     | -         | 200
"""

#: Three weeks, of which the two best count; the three best of each division meet in a final with rules of its own.
FINAL = """
[[divisions]]
key = "a"
name = "Bảng A"

[[divisions]]
key = "b"
name = "Bảng B"

[[phases]]
key = "tuan-1"
kind = "contest"
title = "Tuần 1"
number = 1
source = "quiz"
windows = [{ opens = "2026-03-02 08:00", closes = "2026-03-12 24:00" }]

[[phases]]
key = "tuan-2"
kind = "contest"
title = "Tuần 2"
number = 2
source = "quiz"
windows = [
  { opens = "2026-03-13 08:00", closes = "2026-03-15 12:00" },
  { opens = "2026-03-16 08:00", closes = "2026-03-18 12:00" },
]

[[phases]]
key = "tuan-3"
kind = "contest"
title = "Tuần 3"
number = 3
source = "quiz"
windows = [{ opens = "2026-03-19 08:00", closes = "2026-03-25 24:00" }]

[[phases]]
key = "vong-loai"
kind = "contest"
title = "Kết quả vòng loại"
number = 4
source = "overall"
windows = [{ opens = "2026-03-19 08:00", closes = "2026-03-26 08:00" }]

[[phases]]
key = "chung-ket"
kind = "contest"
title = "Chung kết"
number = 5
source = "quiz"
windows = [{ opens = "2026-04-01 19:00", closes = "2026-04-01 20:00" }]

[ranking]
counted = "best"
public_places = 0
criteria = [{ key = "score", direction = "highest" }, { key = "duration_ms", direction = "lowest" }]

[rounds.chung-ket.ranking]
counted = "first"
criteria = [{ key = "score", direction = "highest" }, { key = "started_at", direction = "lowest" }]
admission = { of = "vong-loai", best = 3, within = "division" }

[rounds.chung-ket.quiz]
minutes = 30
attempts = 1
same_questions = true
blueprint = [{ topic = "phap-luat", number = 12 }]

[[overall.settings.rankings]]
round = "vong-loai"
rounds = [{ round = "tuan-1" }, { round = "tuan-2" }, { round = "tuan-3" }]
best = 2
least = 2

[prizes]
most_a_person = 1

[[prizes.sets]]
key = "bang-a"
title = "Giải chung kết, Bảng A"
round = "chung-ket"
division = "a"
tiers = [
  { key = "nhat", title = "Giải Nhất", quantity = 1, value = 5_000_000 },
  { key = "nhi", title = "Giải Nhì", quantity = 1, value = 3_000_000 },
]

[[prizes.sets]]
key = "bang-b"
title = "Giải chung kết, Bảng B"
round = "chung-ket"
division = "b"
tiers = [
  { key = "nhat", title = "Giải Nhất", quantity = 1, value = 5_000_000 },
  { key = "nhi", title = "Giải Nhì", quantity = 1, value = 3_000_000 },
]

[quiz]
topics = [{ key = "phap-luat", title = "Pháp luật" }]

[quiz.settings]
minutes = 15
attempts = 2
prediction = false
blueprint = [{ topic = "phap-luat", number = 10 }]
"""

#: One attempt a day, all of them by their mean; whoever comes every week and passes; no more than a share may win.
DILIGENCE = """
[[phases]]
key = "dot-1"
kind = "contest"
title = "Đợt 1"
number = 1
source = "quiz"
windows = [{ opens = "2026-03-02 00:00", closes = "2026-03-08 24:00" }]

[[phases]]
key = "dot-2"
kind = "contest"
title = "Đợt 2"
number = 2
source = "quiz"
windows = [{ opens = "2026-03-09 00:00", closes = "2026-03-15 24:00" }]

[[phases]]
key = "chuyen-can"
kind = "contest"
title = "Chuyên cần"
number = 3
source = "overall"
windows = [{ opens = "2026-03-02 00:00", closes = "2026-03-16 08:00" }]

[ranking]
counted = "mean"
public_places = 0
objection_hours = 48
criteria = [{ key = "score", direction = "highest" }, { key = "duration_ms", direction = "lowest" }]

[rounds.chuyen-can.ranking]
counted = "best"
objection_hours = 0
criteria = [
  { key = "passed", direction = "highest", gate = true },
  { key = "rounds", direction = "highest" },
  { key = "score", direction = "highest" },
  { key = "finished_at", direction = "lowest" },
]

[[overall.settings.rankings]]
round = "chuyen-can"
rounds = [{ round = "dot-1", weight = 400 }, { round = "dot-2", weight = 600 }]
combine = "mean"
pass_mark = 500

[prizes]
once_a_round = true

[[prizes.sets]]
key = "chuyen-can"
title = "Giải chuyên cần"
round = "chuyen-can"
ties = "share"
tiers = [
  { key = "nhat", title = "Giải Nhất", quantity = 1, value = 1_000_000, in_kind = "Cúp" },
  { key = "dat", title = "Giấy chứng nhận", share = 500, threshold = 600 },
]

[[prizes.sets]]
key = "tap-the"
title = "Giải tập thể"
round = "chuyen-can"
collective = [{ key = "nhat", title = "Giải Nhất tập thể", quantity = 1, value = 2_000_000 }]

[prizes.sets.formula]
by = ["rate", "persons"]
bands = [{ headcount = 0, rate = 300 }, { headcount = 50, rate = 10 }]

[quiz]
topics = [{ key = "phap-luat", title = "Pháp luật" }]

[quiz.settings]
minutes = 0
attempts = 1
attempts_in = "day"
prediction = false
blueprint = [{ topic = "phap-luat", number = 10 }]
"""

#: Most right, then the shortest time, then who began first; results stand open to objections for two days.
FASTEST = """
[[phases]]
key = "ky-1"
kind = "contest"
title = "Kỳ 1"
number = 1
source = "quiz"
windows = [{ opens = "2026-03-02 10:00", closes = "2026-03-09 09:00" }]

[ranking]
counted = "last"
public_places = 5
objection_hours = 48
criteria = [
  { key = "score", direction = "highest" },
  { key = "duration_ms", direction = "lowest" },
  { key = "started_at", direction = "lowest" },
]

[prizes]
allotted = 21_000_000
tiers = [
  { key = "nhat", title = "Giải Nhất", quantity = 1, value = 1_000_000 },
  { key = "kk", title = "Giải Khuyến khích", quantity = 100, share = 250, value = 200_000 },
]

[quiz]
topics = [{ key = "phap-luat", title = "Pháp luật" }]

[quiz.settings]
minutes = 30
attempts = 3
cooldown = 60
same_questions = true
prediction = true
prediction_text = "Bao nhiêu phần trăm người dự thi trả lời đúng tất cả?"
blueprint = [{ topic = "phap-luat", number = 10 }]

[quiz.settings.target]
what = "share"
decimals = 1
"""

#: Pupils of some grades, in divisions by age, with a guardian's consent; who comes nearest to how many take part.
PUPILS = """
[entrants]
birth_date = "required"
min_age = 11
max_age = 18
ages_as_of = "2026-03-02"
guardian_text = "Tôi là cha, mẹ hoặc người giám hộ và đồng ý để con tham dự Cuộc thi."

[[entrants.fields]]
key = "khoi_lop"
label = "Khối lớp"
choices = ["Lớp 6", "Lớp 7", "Lớp 8", "Lớp 9", "Lớp 10"]
required = true

[[divisions]]
key = "thcs"
name = "Trung học cơ sở"
max_age = 15

[[divisions]]
key = "thpt"
name = "Trung học phổ thông"
min_age = 15

[[phases]]
key = "vong-1"
kind = "contest"
title = "Vòng 1"
number = 1
source = "quiz"
windows = [{ opens = "2026-03-02 08:00", closes = "2026-03-31 17:00" }]

[ranking]
counted = "best"
public_places = 0
criteria = [
  { key = "full_marks", direction = "highest", gate = true },
  { key = "prediction_error", direction = "lowest" },
  { key = "duration_ms", direction = "lowest" },
]

[[prizes.sets]]
key = "thcs"
title = "Giải Trung học cơ sở"
division = "thcs"
tiers = [{ key = "nhat", title = "Giải Nhất", quantity = 1, value = 500_000 }]

[[prizes.sets]]
key = "thpt"
title = "Giải Trung học phổ thông"
division = "thpt"
tiers = [{ key = "nhat", title = "Giải Nhất", quantity = 1, value = 500_000 }]

[[prizes.sets]]
key = "truong"
title = "Giải trường"
collective = [{ key = "nhat", title = "Trường có nhiều học sinh đạt giải nhất", quantity = 1, value = 1_000_000 }]

[prizes.sets.formula]
by = ["winners", "persons"]
least_persons = 2

[quiz]
topics = [{ key = "phap-luat", title = "Pháp luật" }]

[quiz.settings]
minutes = 20
attempts = 20
attempts_in = "week"
attempts_in_contest = 40
prediction = true
prediction_text = "Có bao nhiêu học sinh cùng bảng dự thi?"
blueprint = [
  { topic = "phap-luat", number = 5, division = "thcs" },
  { topic = "phap-luat", number = 8, division = "thpt" },
]

[quiz.settings.target]
what = "taking_part"
among = "division"
"""

#: A theory and a practice round weigh differently; who reaches the mark in theory may practise, and both add up.
TWO_PARTS = """
[[phases]]
key = "ly-thuyet"
kind = "contest"
title = "Lý thuyết"
number = 1
source = "quiz"
windows = [{ opens = "2026-03-02 08:00", closes = "2026-03-08 24:00" }]

[[phases]]
key = "thuc-hanh"
kind = "contest"
title = "Thực hành"
number = 2
source = "quiz"
windows = [{ opens = "2026-03-16 08:00", closes = "2026-03-17 24:00" }]

[[phases]]
key = "chung"
kind = "contest"
title = "Kết quả chung"
number = 3
source = "overall"
windows = [{ opens = "2026-03-16 08:00", closes = "2026-03-18 08:00" }]

[ranking]
counted = "first"
public_places = 0
criteria = [{ key = "score", direction = "highest" }]

[rounds.thuc-hanh.ranking]
admission = { of = "ly-thuyet", share = 600, pass_mark = 500 }

[rounds.thuc-hanh.quiz]
minutes = 60
blueprint = [{ topic = "ky-nang", number = 4 }]

[[overall.settings.rankings]]
round = "chung"
rounds = [{ round = "ly-thuyet", weight = 400 }, { round = "thuc-hanh", weight = 1500 }]
least = 2
pass_mark = 700

[rounds.chung.ranking]
criteria = [{ key = "passed", direction = "highest", gate = true }, { key = "score", direction = "highest" }]

[[prizes.sets]]
key = "chung"
title = "Giải chung"
round = "chung"
tiers = [{ key = "nhat", title = "Giải Nhất", quantity = 1, value = 3_000_000 }]

[quiz]
topics = [{ key = "phap-luat", title = "Pháp luật" }, { key = "ky-nang", title = "Kỹ năng" }]

[quiz.settings]
minutes = 15
attempts = 1
prediction = false
blueprint = [{ topic = "phap-luat", number = 10 }]
"""

ALL = {"final": FINAL, "diligence": DILIGENCE, "fastest": FASTEST, "pupils": PUPILS, "two-parts": TWO_PARTS}


def invented(name: str) -> dict[str, bytes]:
    """Return the files of a rule set that was thought up."""
    text = HEAD.replace("{slug}", name) + ALL[name]
    return with_units({"campaign.toml": text.encode()}, UNITS, "officials", "residents")
