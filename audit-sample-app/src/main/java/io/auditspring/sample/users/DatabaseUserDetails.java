package io.auditspring.sample.users;

import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.stereotype.Component;

/**
 * Shows Spring Security the users of the database.
 */
@Component
final class DatabaseUserDetails implements UserDetailsService {

	private final UserRepository users;

	DatabaseUserDetails(UserRepository users) {
		this.users = users;
	}

	@Override
	public UserDetails loadUserByUsername(String username) {
		User user = this.users.findById(username).orElseThrow(() -> UsernameNotFoundException.fromUsername(username));
		return org.springframework.security.core.userdetails.User.withUsername(user.getUsername())
			.password(user.getPasswordHash())
			.authorities(user.getRole().authorities())
			.build();
	}

}
