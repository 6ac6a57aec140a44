"""What is answered about enterprises, parks and the street's numbers, for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.shapes import BuildingRefSerializer, CodeNameSerializer, PlaceSerializer

S = serializers.Serializer[Any]


class NumberSerializer(S):
    """A number says when it was counted and where its list is."""

    value = serializers.IntegerField()
    unit = serializers.CharField()
    as_of = serializers.DateTimeField()
    list = serializers.URLField()


class IndustrySerializer(S):
    code = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    edition = serializers.CharField()


class FormerNameSerializer(S):
    name = serializers.CharField()
    until_on = serializers.DateField(allow_null=True)


class TenancySerializer(PlaceSerializer):
    from_on = serializers.DateField()
    is_main = serializers.BooleanField()


class RepresentativeSerializer(S):
    name = serializers.CharField()
    role = serializers.CharField()
    role_label = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="脱敏")


class QualificationSerializer(S):
    kind = serializers.CharField()
    label = serializers.CharField()
    level = serializers.CharField(allow_blank=True)
    number = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField()
    valid_until_on = serializers.DateField(allow_null=True, help_text="最后一天；长期有效为 null")
    source = serializers.CharField()


class EventSerializer(S):
    kind = serializers.CharField()
    label = serializers.CharField()
    happened_on = serializers.DateField()
    source = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class LeaseSerializer(S):
    park = CodeNameSerializer()
    building = BuildingRefSerializer()
    room = serializers.CharField(allow_blank=True)
    area_m2 = serializers.DecimalField(12, 2, allow_null=True)
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="最后一天；不定期为 null")
    ended_on = serializers.DateField(allow_null=True)
    annual_rent_wan = serializers.DecimalField(14, 4, allow_null=True, required=False, help_text="万元")
    rent_overdue_since_on = serializers.DateField(allow_null=True, required=False)


class DossierSerializer(S):
    """The file of an enterprise; a column that is not for this reader is left out."""

    uscc = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    community = CodeNameSerializer()
    place = PlaceSerializer(allow_null=True)
    industry = IndustrySerializer(allow_null=True)
    former_names = FormerNameSerializer(many=True, required=False)
    address = serializers.CharField(allow_blank=True, required=False)
    tenancies = TenancySerializer(many=True, required=False)
    size_class = serializers.CharField(allow_blank=True, required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    listed = serializers.BooleanField(required=False)
    stock_code = serializers.CharField(allow_blank=True, required=False)
    established_on = serializers.DateField(allow_null=True, required=False)
    legal_person = serializers.CharField(allow_blank=True, required=False)
    registered_capital_wan = serializers.DecimalField(16, 4, allow_null=True, required=False, help_text="万，币种见 capital_currency")
    capital_currency = serializers.CharField(required=False, help_text="按登记的币种，不折算")
    staff_count = serializers.IntegerField(allow_null=True, required=False)
    representatives = RepresentativeSerializer(many=True, required=False)
    qualifications = QualificationSerializer(many=True, required=False)
    events = EventSerializer(many=True, required=False)
    leases = LeaseSerializer(many=True, required=False)


class ParkRowSerializer(S):
    code = serializers.CharField()
    name = serializers.CharField()
    community = CodeNameSerializer()
    grid = CodeNameSerializer(allow_null=True)
    operator = CodeNameSerializer(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    built_on = serializers.DateField(allow_null=True)
    land_area_m2 = serializers.DecimalField(14, 2, allow_null=True, help_text="平方米")
    buildings = BuildingRefSerializer(many=True)
    enterprises = NumberSerializer(help_text="在园企业")


class StockSerializer(S):
    """已租 + 已预订 + 闲置 = 可租, in m²."""

    as_of = serializers.DateTimeField()
    lettable_m2 = serializers.DecimalField(14, 2)
    let_m2 = serializers.DecimalField(14, 2)
    reserved_m2 = serializers.DecimalField(14, 2)
    vacant_m2 = serializers.DecimalField(14, 2)
    vacancy_percent = serializers.DecimalField(5, 1, allow_null=True)


class OwnParkSerializer(ParkRowSerializer):
    stock = StockSerializer(help_text="面积")
    spaces = NumberSerializer(help_text="空间")
    vacant_spaces = NumberSerializer(help_text="闲置空间")


class StreetParkSerializer(ParkRowSerializer):
    open_grievances = NumberSerializer(help_text="在办诉求")
    overdue_grievances = NumberSerializer(help_text="已超期诉求")


class OfferSerializer(S):
    price_yuan = serializers.DecimalField(8, 2, help_text="元/㎡·天")
    available_on = serializers.DateField()
    note = serializers.CharField(allow_blank=True)
    published_at = serializers.DateTimeField()


class SpaceSerializer(S):
    id = serializers.IntegerField()
    park = CodeNameSerializer()
    building = BuildingRefSerializer()
    room = serializers.CharField()
    area_m2 = serializers.DecimalField(12, 2, help_text="平方米")
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    floor = serializers.IntegerField(allow_null=True)
    stage = serializers.CharField(allow_blank=True)
    stage_label = serializers.CharField(allow_blank=True)
    from_on = serializers.DateField(allow_null=True)
    until_on = serializers.DateField(allow_null=True, help_text="可租的最后一天")
    listing = OfferSerializer(allow_null=True)


class TenantSerializer(S):
    uscc = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    community = CodeNameSerializer()
    place = PlaceSerializer(allow_null=True)
    industry_code = serializers.CharField(allow_blank=True)
    size_class = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    listed = serializers.BooleanField()
    stock_code = serializers.CharField(allow_blank=True)
    established_on = serializers.DateField(allow_null=True)


class StreetEnterpriseSerializer(TenantSerializer):
    legal_person = serializers.CharField(allow_blank=True)
    registered_capital_wan = serializers.DecimalField(16, 4, allow_null=True, help_text="万，币种见 capital_currency")
    capital_currency = serializers.CharField(help_text="按登记的币种，不折算")
    staff_count = serializers.IntegerField(allow_null=True)
    uscc_warning = serializers.BooleanField()


class FigureSerializer(S):
    """A count, or a rate in percent with its two parts, each with the list it was counted from."""

    code = serializers.CharField()
    label = serializers.CharField()
    formula = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.DecimalField(12, 1, allow_null=True, coerce_to_string=False, help_text="还没有应计的诉求时为 null")
    counted = serializers.IntegerField()
    base = serializers.IntegerField(allow_null=True)
    as_of = serializers.DateTimeField()
    list = serializers.URLField()
    base_list = serializers.URLField(allow_null=True)


class SliceSerializer(S):
    key = serializers.CharField(allow_blank=True)
    label = serializers.CharField()
    count = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    list = serializers.URLField()


class BreakdownSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()
    slices = SliceSerializer(many=True)


class PeriodSerializer(S):
    from_on = serializers.DateField()
    until_on = serializers.DateField()


class ScoresSerializer(S):
    result = serializers.FloatField(allow_null=True)
    speed = serializers.FloatField(allow_null=True)
    as_of = serializers.DateTimeField()
    list = serializers.URLField()


class OverviewSerializer(S):
    as_of = serializers.DateTimeField()
    period = PeriodSerializer()
    figures = FigureSerializer(many=True)
    average_scores = ScoresSerializer()
    breakdowns = BreakdownSerializer(many=True)
