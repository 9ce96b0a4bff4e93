/* SPDX-License-Identifier: MIT */
/* The system's clocks, and the zone that its user lives in. */

#include <stdlib.h>
#include <time.h>

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"

static void test_clock_posix__never_goes_back(void **state)
{
	struct wt_clock clock;
	int64_t before;

	(void)state;
	wt_clock_posix(&clock);
	before = clock.mono_ms(clock.self);
	assert_true(clock.mono_ms(clock.self) >= before);
	assert_true(clock.wall_ms(clock.self) > INT64_C(1700000000000));
}

/* Zones as rules, because not every machine has the data of the named ones. */
static void test_clock_posix__knows_its_users_zone(void **state)
{
	static const int64_t winter = INT64_C(1767268800000), summer = INT64_C(1782907200000);
	struct wt_clock clock;

	(void)state;
	wt_clock_posix(&clock);
	setenv("TZ", "XXX-5:30", 1);
	tzset();
	check_int(clock.zone_ms(clock.self, winter), (5 * 60 + 30) * 60000);
	setenv("TZ", "XXX3YYY,M3.5.0/2,M10.5.0/3", 1);
	tzset();
	check_int(clock.zone_ms(clock.self, winter), -3 * 3600000);
	check_int(clock.zone_ms(clock.self, summer), -2 * 3600000);
	setenv("TZ", "UTC0", 1);
	tzset();
	check_int(clock.zone_ms(clock.self, summer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_posix__never_goes_back),
		cmocka_unit_test(test_clock_posix__knows_its_users_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
